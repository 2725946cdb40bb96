using System.Globalization;
using Parley.Testing.Monitoring;

namespace Parley.Testing.Tests.Monitoring;

/// <summary>Times by the five fields of cron.</summary>
public sealed class CronScheduleTests
{
    [Theory]
    [InlineData("* * * * *", "2026-03-04 12:34", "2026-03-04 12:35")]
    [InlineData("*/5 * * * *", "2026-03-04 12:34", "2026-03-04 12:35")]
    [InlineData("*/5 * * * *", "2026-03-04 12:35", "2026-03-04 12:40")]
    [InlineData("0 7-9 * * *", "2026-03-04 09:00", "2026-03-05 07:00")]
    [InlineData("15,45 8 * * 1-5", "2026-03-06 08:45", "2026-03-09 08:15")]
    [InlineData("0 0 1 1 *", "2026-03-04 12:34", "2027-01-01 00:00")]
    [InlineData("0 0 29 2 *", "2026-03-04 12:34", "2028-02-29 00:00")]
    [InlineData("0 12 * * 7", "2026-03-04 12:34", "2026-03-08 12:00")]
    [InlineData("0 12 13 * 5", "2026-03-04 12:34", "2026-03-06 12:00")]
    [InlineData("10/20 3 * * *", "2026-03-04 03:11", "2026-03-04 03:30")]
    public void The_next_time_is_the_first_that_all_fields_allow(string text, string after, string next)
    {
        Assert.True(CronSchedule.TryParse(text, out var cron, out var fault), fault);
        Assert.Equal(Time(next), cron.Next(Time(after), TimeZoneInfo.Utc));
    }

    [Theory]
    [InlineData("* * * *", "has 4 fields; cron has five")]
    [InlineData("60 * * * *", "`60` is no minute: those are 0 to 59")]
    [InlineData("* 5-3 * * *", "`5-3` is no hour")]
    [InlineData("* * 0 * *", "`0` is no day of the month")]
    [InlineData("* * * Jan *", "`Jan` is no month")]
    [InlineData("*/0 * * * *", "`*/0` is no minute")]
    [InlineData("0 0 30 2 *", "is never")]
    public void What_is_no_schedule_says_which_field(string text, string expected)
    {
        Assert.False(CronSchedule.TryParse(text, out _, out var fault));
        Assert.Contains(expected, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void An_hour_that_the_clock_leaves_out_is_left_out()
    {
        Assert.True(CronSchedule.TryParse("30 2 * * *", out var cron, out _));
        // A zone that goes from 2 to 3 on the last Sunday of March, as in Berlin; the machine's own list of zones may lack it.
        var rule = TimeZoneInfo.AdjustmentRule.CreateAdjustmentRule(
            DateTime.MinValue.Date, DateTime.MaxValue.Date, TimeSpan.FromHours(1),
            TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new(1, 1, 1, 2, 0, 0), 3, 5, DayOfWeek.Sunday),
            TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new(1, 1, 1, 3, 0, 0), 10, 5, DayOfWeek.Sunday));
        var zone = TimeZoneInfo.CreateCustomTimeZone("test", TimeSpan.FromHours(1), "test", "test", "test", [rule]);
        Assert.Equal(new DateTimeOffset(2026, 3, 30, 2, 30, 0, TimeSpan.FromHours(2)), cron.Next(new(2026, 3, 28, 2, 30, 0, TimeSpan.FromHours(1)), zone));
    }

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
