using Parley.Services.Trunks;

namespace Parley.Services.Tests.Trunks;

public class NumberRuleTests
{
    [Theory]
    [InlineData("00*", 2, "+", "00441632960961", "+441632960961")]
    [InlineData("0Z*", 1, "+49", "030123456", "+4930123456")]
    [InlineData("0Z*", 1, "+49", "0049301234", null)]
    [InlineData("1XX", 0, "", "110", "110")]
    [InlineData("1XX", 0, "", "1100", null)]
    [InlineData("N*", 0, "9", "123", null)]
    [InlineData("N*", 0, "9", "2", "92")]
    [InlineData("9*", 1, "", "9", "")]
    [InlineData("+*", 1, "00", "+44", "0044")]
    public void A_pattern_takes_away_and_puts_in_front(string pattern, int strip, string add, string number, string? expected) =>
        Assert.Equal(expected, NumberRule.Of(pattern, strip, add).Apply(number));

    [Fact]
    public void The_first_rule_that_matches_counts_and_without_one_the_number_stays()
    {
        NumberRule[] rules = [NumberRule.Of("00*", 2, "+"), NumberRule.Of("0*", 1, "+49")];
        Assert.Equal(["+44", "+4930", "110"], from number in (string[])["0044", "030", "110"] select NumberRule.ApplyFirst(rules, number));
    }

    [Fact]
    public void An_expression_rewrites_by_its_groups_and_matches_the_whole_number_only()
    {
        var rule = NumberRule.OfExpression(@"0(\d{3})(\d+)", "+44$1x$2");
        Assert.Equal("+44163x2960961", rule.Apply("01632960961"));
        Assert.Null(rule.Apply("901632960961"));
    }

    [Fact]
    public void An_expression_that_never_ends_does_not_match_and_costs_20_ms()
    {
        var rule = NumberRule.OfExpression("(a+)+b", "x");
        Assert.Null(rule.Apply(new string('a', 60)));
    }

    [Theory]
    [InlineData("\r\nVia: x")]
    [InlineData("1@evil.example")]
    [InlineData("1;user=phone")]
    public void What_cannot_be_in_a_number_cannot_be_added(string add)
    {
        Assert.Equal("add", Assert.Throws<ArgumentException>(() => NumberRule.Of("1*", 0, add)).ParamName);
        Assert.Null(NumberRule.OfExpression("(.*)", "$1" + add).Apply("1"));
    }

    [Fact]
    public void A_rule_cannot_take_more_than_its_pattern_makes_sure_is_there() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => NumberRule.Of("1*", 2));
}
