using Parley.Interop.Tests.Harness;

namespace Parley.Interop.Tests.Cases.VoiceAgents;

/// <summary>Calls that no program takes: refused with the status that says why, or given up by the caller.</summary>
public sealed class UntakenCallTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_webhook_that_fails_is_asked_again_and_then_the_call_gets_503()
    {
        await using var program = await AgentProgram.StartAsync(secret: null);
        program.Answer = 500;
        await using var server = await StartAsync(program, "--webhook-attempts", "2");
        (await Sipp.CallAsync("uac-refused-503", "bot", server)).AssertAllSuccessful(1);
        Assert.Equal(2, program.Announcements);
    }

    [Fact]
    public async Task A_program_that_knows_another_secret_takes_no_call()
    {
        await using var program = await AgentProgram.StartAsync("the right one");
        await using var server = await StartAsync(program, "--webhook-secret", "a wrong one");
        (await Sipp.CallAsync("uac-refused-503", "bot", server)).AssertAllSuccessful(1);
        Assert.Equal(1, program.Announcements);
    }

    [Fact]
    public async Task A_call_that_is_announced_and_not_taken_gets_408()
    {
        await using var program = await AgentProgram.StartAsync(secret: null);
        program.Answer = 200;
        await using var server = await StartAsync(program, "--accept-timeout", "1s");
        (await Sipp.CallAsync("uac-refused-408", "bot", server)).AssertAllSuccessful(1);
    }

    [Fact]
    public async Task A_call_that_its_program_neither_answers_nor_refuses_is_refused_with_it()
    {
        await using var program = await AgentProgram.StartAsync(secret: null);
        await using var server = await StartAsync(program);
        await using var phone = await Baresip.StartAsync();
        var refused = phone.DialRefusedAsync(server.Uri("bot"));
        var call = await program.NextAsync();
        await call.RejectAsync("Busy just now");
        Assert.Equal("486 Busy just now", await refused);
    }

    [Fact]
    public async Task A_caller_who_gives_up_while_the_webhook_is_pending_leaves_nothing_to_take()
    {
        await using var program = await AgentProgram.StartAsync(secret: null);
        program.Delay = TimeSpan.FromSeconds(3);
        await using var server = await StartAsync(program);
        (await Sipp.CallAsync("uac-cancel-pending", "bot", server)).AssertAllSuccessful(1);
        var taking = program.NextAsync();
        // Transactions linger for 32 s.
        await server.AssertAllBackToZeroAsync(TimeSpan.FromSeconds(60));
        Assert.False(taking.IsCompletedSuccessfully);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => taking);
        Assert.Empty(program.Events);
    }

    [Fact]
    public async Task A_caller_who_gives_up_while_it_rings_ends_the_session()
    {
        await using var program = await AgentProgram.StartAsync(secret: null);
        await using var server = await StartAsync(program);
        await using var phone = await Baresip.StartAsync();
        await phone.StartDialAsync(server.Uri("bot"));
        var call = await program.NextAsync();
        await call.RingAsync();
        await phone.WaitForRingingAsync(Soon);
        await phone.HangUpAsync();
        var end = await call.Client.WaitForEndAsync().WaitAsync(Soon);
        Assert.Equal("Canceled", end.Reason);
        await Assert.ThrowsAnyAsync<Exception>(() => call.AcceptAsync().WaitAsync(Soon));
    }

    private static Task<ServeProcess> StartAsync(AgentProgram program, params string[] more) =>
        ServeProcess.StartAsync(["--voice-api", program.ApiAddress, "--webhook", program.Url, "--webhook-users", "bot", .. more]);
}
