using Parley.Sip.Transactions;

namespace Parley.Sip.Tests.Transactions;

public sealed class LatenessTests
{
    private readonly Lateness _lateness = new();

    [Fact]
    public void A_heap_of_late_requests_after_a_pause_is_served() =>
        Assert.DoesNotContain(true, Enumerable.Range(0, 10_000).Select(i => _lateness.Refuses(isLate: true, now: i / 100)));

    [Fact]
    public void A_few_requests_are_served_however_late_all_of_them_are() =>
        Assert.DoesNotContain(true, Enumerable.Range(0, Lateness.Requests).Select(i => _lateness.Refuses(isLate: true, now: i * 5_000)));

    [Fact]
    public void What_stays_late_is_refused()
    {
        var refused = Enumerable.Range(0, 30).Select(i => _lateness.Refuses(isLate: true, now: i * 50)).ToList();
        Assert.Equal(20, refused.IndexOf(true));
        Assert.DoesNotContain(false, refused.Skip(20));
    }

    [Fact]
    public void One_request_in_time_begins_the_count_anew()
    {
        Strain();
        Assert.False(_lateness.Refuses(isLate: false, now: 100_000));
        Assert.False(_lateness.Refuses(isLate: true, now: 101_000));
    }

    [Fact]
    public void Soon_after_a_refusal_what_is_late_again_is_refused_at_once()
    {
        Strain();
        Assert.False(_lateness.Refuses(isLate: false, now: 2_000));
        Assert.True(_lateness.Refuses(isLate: true, now: 2_000));
    }

    private void Strain()
    {
        for (var i = 0; i < 30; i++)
            _lateness.Refuses(isLate: true, now: i * 50);
    }
}
