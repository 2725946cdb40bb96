using Parley.Interop.Tests.Harness;

namespace Parley.Interop.Tests.Cases;

/// <summary>What Ctrl-C does to a server that is in use.</summary>
public sealed class DrainTests
{
    /// <summary>Far below the 32 s that an unanswered BYE is waited for (RFC 3261 §17.1.2.2), and long enough for a busy machine.</summary>
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task New_calls_get_503_while_running_ones_end_and_the_exit_code_is_0()
    {
        await using var server = await ServeProcess.StartAsync();
        using var phone = new HandPhone(server.SipPort);
        using var call = await HandCall.DialAsync(phone, server.Uri("tone"));
        server.Interrupt();
        // The running call stays until its BYE is answered: that is the time in which somebody new may knock.
        var bye = await phone.RequestFromPeerAsync("BYE");

        using var late = new HandPhone(server.SipPort);
        var refusal = await late.FinalAsync(late.Request("INVITE", server.Uri("echo"), body: HandPhone.Offer(40_000)));
        Assert.Equal(503, refusal.Status);
        Assert.NotEqual("", refusal["Retry-After"]);

        await phone.ReplyAsync(bye, "200 OK");
        Assert.Equal(0, await server.WaitForExitAsync(Eventually.Patience));
    }

    [Fact]
    public async Task A_call_that_never_answers_its_bye_does_not_hold_the_server_up()
    {
        await using var server = await ServeProcess.StartAsync();
        using var phone = new HandPhone(server.SipPort);
        using var call = await HandCall.DialAsync(phone, server.Uri("tone"));
        server.Interrupt();
        Assert.Equal(0, await server.WaitForExitAsync(TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task A_phone_in_a_call_is_hung_up_on()
    {
        await using var server = await ServeProcess.StartAsync();
        await using var phone = await Baresip.StartAsync();
        await phone.DialAsync(server.Uri("tone"));
        server.Interrupt();
        await phone.WaitForEndAsync(Eventually.Patience);
        Assert.Equal(0, await server.WaitForExitAsync(Eventually.Patience));
    }

    [Fact]
    public async Task A_second_ctrl_c_ends_it_at_once()
    {
        await using var server = await ServeProcess.StartAsync();
        using var phone = new HandPhone(server.SipPort);
        using var call = await HandCall.DialAsync(phone, server.Uri("tone"));
        server.Interrupt();
        // The first is at work: of two signals that wait at once the system delivers one.
        _ = await phone.RequestFromPeerAsync("BYE");
        server.Interrupt();
        await server.WaitForExitAsync(AtOnce);
    }

    [Fact]
    public async Task An_idle_server_ends_at_once()
    {
        await using var server = await ServeProcess.StartAsync();
        server.Interrupt();
        Assert.Equal(0, await server.WaitForExitAsync(AtOnce));
    }

    [Fact]
    public async Task The_first_lines_say_what_it_listens_on_and_what_to_dial()
    {
        await using var server = await ServeProcess.StartAsync();
        var text = server.Output;
        foreach (var expected in (string[])[$"udp:127.0.0.1:{server.SipPort}", $"tcp:127.0.0.1:{server.SipPort}", $"tls:127.0.0.1:{server.TlsPort}", "echo", "tone", "play", "record", "menu", "early", "reject-", "bridge-"])
            Assert.Contains(expected, text, StringComparison.Ordinal);
    }
}
