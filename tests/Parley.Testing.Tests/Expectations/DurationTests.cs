using Parley.Testing.Expectations;

namespace Parley.Testing.Tests.Expectations;

/// <summary>Durations as scripts write them.</summary>
public class DurationTests
{
    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("5s", 5_000)]
    [InlineData(" 2m ", 120_000)]
    [InlineData("0s", 0)]
    [InlineData("10 s", 10_000)]
    public void A_number_and_a_unit_are_one(string text, int milliseconds) => Assert.Equal(milliseconds, Durations.Parse(text).TotalMilliseconds);

    [Theory]
    [InlineData("", "invalid duration \"\" (use e.g. \"500ms\", \"5s\", \"2m\")")]
    [InlineData("15", "invalid duration \"15\" (use e.g. \"500ms\", \"5s\", \"2m\")")]
    [InlineData("soon", "invalid duration \"soon\" (use e.g. \"500ms\", \"5s\", \"2m\")")]
    [InlineData("1.5s", "invalid duration number \"1.5\" in \"1.5s\"")]
    [InlineData("-5s", "invalid duration number \"-5\" in \"-5s\"")]
    [InlineData("99999999999999999999s", "invalid duration number \"99999999999999999999\" in \"99999999999999999999s\"")]
    [InlineData("5h", "unknown duration unit \"h\" in \"5h\" (use ms, s or m)")]
    [InlineData("5 sec", "unknown duration unit \"sec\" in \"5 sec\" (use ms, s or m)")]
    public void What_is_none_is_told_why(string text, string problem) => Assert.Equal(problem, Assert.Throws<DurationFormatException>(() => Durations.Parse(text)).Message);

    [Theory]
    [InlineData(250, "250ms")]
    [InlineData(1_500, "1500ms")]
    [InlineData(15_000, "15s")]
    [InlineData(120_000, "2m")]
    [InlineData(0, "0ms")]
    public void It_is_printed_in_the_largest_unit_that_keeps_it_whole(int milliseconds, string text) => Assert.Equal(text, Durations.Print(TimeSpan.FromMilliseconds(milliseconds)));
}
