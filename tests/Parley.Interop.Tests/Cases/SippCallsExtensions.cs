using Parley.Interop.Tests.Harness;

namespace Parley.Interop.Tests.Cases;

/// <summary>SIPp dials every extension over UDP and TCP: strict about every message, deaf to the audio.</summary>
public abstract class SippCallsExtensions(ServeFixture fixture, string transport) : IClassFixture<ServeFixture>
{
    private readonly ServeProcess _server = fixture.Server;

    [Theory]
    [InlineData("echo")]
    [InlineData("tone")]
    [InlineData("tone-600")]
    [InlineData("menu")]
    [InlineData("record")]
    public Task The_caller_hangs_up(string extension) => PassesAsync("uac", extension, "-d", "500");

    [Fact]
    public Task Play_hangs_up_by_itself() => PassesAsync("uac-far-bye", "play");

    [Fact]
    public Task Early_sends_a_183_with_a_body_before_it_answers() => PassesAsync("uac-early", "early", "-d", "300");

    [Fact]
    public Task A_call_that_still_rings_can_be_cancelled() => PassesAsync("uac-cancel", "early");

    [Theory]
    [InlineData(404)]
    [InlineData(486)]
    [InlineData(488)]
    [InlineData(503)]
    [InlineData(603)]
    public Task Reject_refuses_with_the_status_asked_for(int status) => PassesAsync($"uac-refused-{status}", $"reject-{status}");

    [Fact]
    public Task Digits_sent_as_info_are_accepted() => PassesAsync("uac-info", "menu");

    [Fact]
    public Task Options_are_answered_with_what_is_allowed() => PassesAsync("uac-options", "anyone");

    [Fact]
    public async Task A_bridge_to_another_sipp_passes_the_answer_and_the_end()
    {
        await using var callee = await Sipp.AnswerAsync("uas", transport);
        var target = $"sip:anyone@127.0.0.1:{callee.Port};transport={transport}";
        var result = await Sipp.CallAsync("uac", "bridge-" + System.Uri.EscapeDataString(target), _server, transport, extra: ["-d", "800"]);
        result.AssertAllSuccessful(1);
        (await callee.ResultAsync(TimeSpan.FromSeconds(40))).AssertAllSuccessful(1);
    }

    // SIPp repeats what has no answer for 500 ms, and a machine that stands still for as long is no fault of the server's.
    private Task PassesAsync(string scenario, string extension, params string[] extra) => Unhurried.PassesAsync(async () =>
    {
        var result = await Sipp.CallAsync(scenario, extension, _server, transport, calls: 3, extra: extra);
        result.AssertAllSuccessful(3);
        Assert.Equal(0, result.Retransmissions);
    });
}

public sealed class SippOverUdp(ServeFixture fixture) : SippCallsExtensions(fixture, "udp");

public sealed class SippOverTcp(ServeFixture fixture) : SippCallsExtensions(fixture, "tcp");
