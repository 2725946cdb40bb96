using Parley.Interop.Tests.Harness;

namespace Parley.Interop.Tests.Cases;

/// <summary>Many calls over a bad line, and nothing left afterwards. tests/soak.sh is the long form.</summary>
public sealed class LoadTests
{
    /// <summary>64·T1 = 32 s is the longest a transaction lingers (RFC 3261 §17), and a second for the last tick.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Two_thousand_calls_with_3_percent_loss_all_end_and_leave_nothing()
    {
        await using var server = await ServeProcess.StartAsync();
        var result = await Sipp.CallAsync("uac-lossy", "tone", server, calls: 2000, rate: 100, extra: ["-lost", "3", "-d", "300", "-l", "2000"]);
        result.AssertAllSuccessful(2000);
        Assert.True(result.Retransmissions > 50, $"only {result.Retransmissions} retransmissions: nothing was lost");
        await server.AssertAllBackToZeroAsync(Linger);
    }

    [Fact]
    public async Task Calls_that_are_cancelled_leave_nothing()
    {
        await using var server = await ServeProcess.StartAsync();
        (await Sipp.CallAsync("uac-cancel", "early", server, calls: 100, rate: 50)).AssertAllSuccessful(100);
        await server.AssertAllBackToZeroAsync(Linger);
    }

    [Fact]
    public async Task Bridged_calls_leave_nothing()
    {
        await using var server = await ServeProcess.StartAsync();
        await using var callee = await Sipp.AnswerAsync("uas", calls: 100);
        var extension = "bridge-" + Uri.EscapeDataString($"sip:anyone@127.0.0.1:{callee.Port}");
        (await Sipp.CallAsync("uac", extension, server, calls: 100, rate: 50, extra: ["-d", "300"])).AssertAllSuccessful(100);
        await server.AssertAllBackToZeroAsync(Linger);
    }

    [Fact]
    public async Task Callers_that_fall_silent_before_the_ack_leave_nothing()
    {
        await using var server = await ServeProcess.StartAsync();
        using var phone = new HandPhone(server.SipPort);
        for (var i = 0; i < 20; i++)
            await phone.SendAsync(phone.Request("INVITE", server.Uri("tone"), body: HandPhone.Offer(40_000)));
        // The 200 is repeated for 32 s (RFC 3261 §13.3.1.4), then a BYE nobody answers takes as long again.
        await server.AssertAllBackToZeroAsync(TimeSpan.FromSeconds(100));
    }
}
