using Parley.Testing.Expectations;

namespace Parley.Testing.Tests.Expectations;

/// <summary>What matchers accept, and what they say when they do not.</summary>
public class ExpectationTests
{
    private static readonly object?[] s_array = [1L, "x"];
    private static readonly Dictionary<string, object?> s_map = new() { ["a"] = 1L };

    public static TheoryData<string, Action> Failures => new()
    {
        { "expected equals 2, but was 1", () => Of(1L).IsEqualTo(2L) },
        { "expected equals 1, but was 1", () => Of("1").IsEqualTo(1L) },
        { "expected equals 1, but was 1", () => Of(1.0).IsEqualTo(1L) },
        { "A state: expected equals Ringing, but was Idle", () => Of(Parley.Testing.Agents.AgentState.Idle).Describe("A state").IsEqualTo(Parley.Testing.Agents.AgentState.Ringing) },
        { "expected not equals x, but was x", () => Of("x").IsNotEqualTo("x") },
        { "expected is true, but was false", () => Of(false).IsTrue() },
        { "expected is true, but was 1", () => Of(1L).IsTrue() },
        { "expected is false, but was true", () => Of(true).IsFalse() },
        { "expected is present, but was ()", () => Of(null).IsPresent() },
        { "expected is absent, but was 0", () => Of(0L).IsAbsent() },
        { "expected is empty, but was [1, \"x\"]", () => Of(s_array).IsEmpty() },
        { "expected is not empty, but was ", () => Of("").IsNotEmpty() },
        { "expected a string, array or map, but was 5", () => Of(5L).IsEmpty() },
        { "expected contains \"b\", but was #{\"a\": 1}", () => Of(s_map).Contains("b") },
        { "expected matches \"^b\", but was abc", () => Of("abc").Matches("^b") },
        { "expected greater than 5, but was 5", () => Of(5L).IsGreaterThan(5L) },
        { "expected at least 5, but was 4.5", () => Of(4.5).IsAtLeast(5L) },
        { "expected less than 1, but was 1", () => Of(1L).IsLessThan(1L) },
        { "expected at most 3, but was 4", () => Of(4L).IsAtMost(3L) },
        { "expected a number to compare, but was x", () => Of("x").IsAtLeast(1L) },
        { "expected a number to compare, but was ()", () => Of(null).IsAtLeast(4.0) },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public void A_failure_says_what_was_expected_and_what_was_seen(string text, Action look) => Assert.Equal(text, Assert.Throws<ExpectationException>(look).Message);

    [Fact]
    public void Matchers_are_chained_on_the_same_value()
    {
        var chain = Expect.That("abc").Contains("b").Matches("c$").IsNotEmpty().IsPresent().IsEqualTo("abc").IsNotEqualTo("b");
        Assert.Equal("abc", chain.Value);
        Expect.That(5L).IsAtLeast(5L).IsAtMost(5.0).IsGreaterThan(4L).IsLessThan(5.5);
        Expect.That(null).IsAbsent();
        Expect.That(long.MaxValue).IsGreaterThan(long.MaxValue - 1);
    }

    [Fact]
    public void In_CSharp_the_expression_is_the_label()
    {
        var answer = 41;
        Assert.Equal("answer: expected equals 42, but was 41", Assert.Throws<ExpectationException>(() => Expect.That(answer).IsEqualTo(42)).Message);
    }

    [Fact]
    public void Everything_that_was_looked_at_is_reported()
    {
        List<AssertionRecord> told = [];
        using (new ExpectationScope(told.Add).Enter())
        {
            Expect.That(1, "one").IsEqualTo(1);
            Assert.Throws<ExpectationException>(() => Expect.That(2, "two").IsEqualTo(3));
        }

        Expect.That(4, "outside").IsEqualTo(4);
        Assert.Equal([new("one", "equals 1", true, "1"), new("two", "equals 3", false, "2")], told);
    }

    [Fact]
    public void What_was_read_last_is_a_label_once()
    {
        var scope = new ExpectationScope();
        scope.Note("A state");
        Assert.Equal("A state", scope.TakeLabel());
        Assert.Null(scope.TakeLabel());
    }

    [Fact]
    public void A_pattern_that_is_none_is_the_scripts_fault_and_not_a_failed_expectation() =>
        Assert.ThrowsAny<ArgumentException>(() => Of("x").Matches("("));

    [Fact]
    public void A_pattern_that_does_not_come_to_an_end_is_told() => Assert.Contains(
        "takes longer than 1s", Assert.Throws<ArgumentException>(() => Of(new string('a', 60) + "!").Matches("^(a+)+$")).Message, StringComparison.Ordinal);

    private static Expectation Of(object? value) => new(value);
}
