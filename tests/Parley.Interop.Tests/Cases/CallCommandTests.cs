using System.Text.Json;
using Parley.Interop.Tests.Harness;

namespace Parley.Interop.Tests.Cases;

/// <summary>`parley call`, `register` and `options` against phones nobody here wrote.</summary>
public sealed class CallCommandTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public async Task Call_plays_a_file_and_records_the_answer(string transport)
    {
        using var folder = new TempFolder();
        var spoken = Wav.WriteTone(folder.File("spoken.wav"), 600, TimeSpan.FromSeconds(60));
        await using var phone = await Baresip.StartAsync(new() { Transport = transport, ToneHz = 900 });
        await using var command = ParleyCommand.Start(
            "call", phone.Uri, "--play", spoken, "--record", folder.File("heard.wav"), "--duration", "60s");
        await phone.WaitForAnswerAsync(Soon);
        await phone.AssertHearsAsync(600, atLeast: 2);
        await Tone.AssertRecordsAsync(folder.File("heard.wav"), 900, atLeast: 1.5);
        await phone.HangUpAsync();
        Assert.Equal(0, await command.WaitForExitAsync(Soon));
    }

    // mediaenc=srtp-mand of baresip: it refuses what is not encrypted.
    [Theory]
    [InlineData("srtp-mand", "required")]
    [InlineData("srtp", "optional")]
    public async Task Call_is_encrypted(string theirs, string ours)
    {
        using var folder = new TempFolder();
        await using var phone = await Baresip.StartAsync(new() { ToneHz = 900, Encryption = theirs });
        await using var command = ParleyCommand.Start("call", phone.Uri, "--srtp", ours, "--record", folder.File("heard.wav"), "--duration", "60s", "--json");
        await phone.WaitForAnswerAsync(Soon);
        await Tone.AssertRecordsAsync(folder.File("heard.wav"), 900, atLeast: 1.5);
        await phone.HangUpAsync();
        Assert.Equal(0, await command.WaitForExitAsync(Soon));
        Assert.Contains("\"srtp\":\"A", command.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_without_encryption_does_not_reach_a_phone_that_wants_it()
    {
        await using var phone = await Baresip.StartAsync(new() { Encryption = "srtp-mand" });
        (await ParleyCommand.RunAsync("call", phone.Uri, "--duration", "2s")).AssertExit(1);
    }

    [Theory]
    [InlineData("srtp-mand", "required", true)]
    [InlineData("srtp-mand", "optional", true)]
    [InlineData("", "optional", true)]
    [InlineData("", "required", false)]
    public async Task Serve_encrypts_as_it_was_told(string theirs, string ours, bool answered)
    {
        await using var server = await ServeProcess.StartAsync("--srtp", ours);
        await using var phone = await Baresip.StartAsync(new() { Encryption = theirs });
        if (!answered)
        {
            Assert.StartsWith("488", await phone.DialRefusedAsync(server.Uri("tone-600")), StringComparison.Ordinal);
            return;
        }

        await phone.DialAsync(server.Uri("tone-600"));
        await phone.AssertHearsAsync(600);
        await phone.HangUpAsync();
    }

    [Fact]
    public async Task Call_ends_with_0_when_the_other_side_hangs_up()
    {
        await using var callee = await Sipp.AnswerAsync("uas-bye");
        var command = await ParleyCommand.RunAsync("call", $"sip:anyone@127.0.0.1:{callee.Port}", "--duration", "20s");
        command.AssertExit(0);
        (await callee.ResultAsync(Soon)).AssertAllSuccessful(1);
    }

    [Fact]
    public async Task Call_hangs_up_after_its_duration()
    {
        await using var callee = await Sipp.AnswerAsync("uas");
        (await ParleyCommand.RunAsync("call", $"sip:anyone@127.0.0.1:{callee.Port}", "--duration", "1s")).AssertExit(0);
        (await callee.ResultAsync(Soon)).AssertAllSuccessful(1);
    }

    [Fact]
    public async Task Call_hangs_up_on_ctrl_c()
    {
        await using var phone = await Baresip.StartAsync();
        await using var command = ParleyCommand.Start("call", phone.Uri, "--duration", "30s");
        await phone.WaitForAnswerAsync(Soon);
        command.Interrupt();
        await phone.WaitForEndAsync(Soon);
        await command.WaitForExitAsync(Soon);
    }

    [Fact]
    public async Task Call_shows_the_status_of_a_refusal_and_ends_with_1()
    {
        await using var callee = await Sipp.AnswerAsync("uas-busy");
        var command = await ParleyCommand.RunAsync("call", $"sip:anyone@127.0.0.1:{callee.Port}");
        command.AssertExit(1);
        Assert.Contains("486", command.Output, StringComparison.Ordinal);
        (await callee.ResultAsync(Soon)).AssertAllSuccessful(1);
    }

    [Fact]
    public async Task Call_answers_a_digest_challenge()
    {
        await using var callee = await Sipp.AnswerAsync("uas-auth");
        var command = await ParleyCommand.RunAsync("call", $"sip:anyone@127.0.0.1:{callee.Port}", "--user", "alice", "--password", "secret", "--duration", "1s");
        command.AssertExit(0);
        (await callee.ResultAsync(Soon)).AssertAllSuccessful(1);
    }

    [Fact]
    public async Task Call_with_a_wrong_password_is_refused()
    {
        await using var callee = await Sipp.AnswerAsync("uas-auth");
        var command = await ParleyCommand.RunAsync("call", $"sip:anyone@127.0.0.1:{callee.Port}", "--user", "alice", "--password", "wrong");
        command.AssertExit(1);
        Assert.Contains("403", command.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("call")]
    [InlineData("call", "no address")]
    [InlineData("call", "sip:a@127.0.0.1", "--duration", "soon")]
    [InlineData("serve", "--sip", "smoke:127.0.0.1:5060")]
    public async Task Wrong_usage_ends_with_2(params string[] arguments) => (await ParleyCommand.RunAsync(arguments)).AssertExit(2);

    [Fact]
    public async Task Call_prints_json_when_asked()
    {
        await using var callee = await Sipp.AnswerAsync("uas");
        var command = await ParleyCommand.RunAsync("call", $"sip:anyone@127.0.0.1:{callee.Port}", "--duration", "1s", "--json");
        command.AssertExit(0);
        foreach (var line in command.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            using (JsonDocument.Parse(line))
            {
                // Each line has to be a document of its own, so that a script can read them as they come.
            }
    }

    [Fact]
    public async Task Call_from_parley_to_parley_carries_the_tone()
    {
        using var folder = new TempFolder();
        await using var server = await ServeProcess.StartAsync();
        await using var command = ParleyCommand.Start("call", server.Uri("tone"), "--record", folder.File("heard.wav"), "--duration", "60s");
        await Tone.AssertRecordsAsync(folder.File("heard.wav"), 440, atLeast: 1.2);
        command.Interrupt();
        await command.WaitForExitAsync(Soon);
        _ = Tone.ChannelWith(Wav.Read(folder.File("heard.wav")), 440, atLeast: 1.2);
    }

    [Fact]
    public async Task Options_pings_a_baresip_and_ends_with_0()
    {
        await using var phone = await Baresip.StartAsync();
        var command = await ParleyCommand.RunAsync("options", phone.Uri);
        command.AssertExit(0);
        Assert.Contains("200", command.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Register_answers_the_challenge_and_unregisters_at_its_end()
    {
        await using var registrar = await Sipp.AnswerAsync("registrar");
        await using var command = ParleyCommand.Start(
            "register", $"sip:alice@127.0.0.1:{registrar.Port}", "--user", "alice", "--password", "secret");
        await command.WaitForOutputAsync(text => text.Contains("registered", StringComparison.OrdinalIgnoreCase), Soon, "the registration");
        command.Interrupt();
        Assert.Equal(0, await command.WaitForExitAsync(Soon));
        (await registrar.ResultAsync(Soon)).AssertAllSuccessful(1);
    }
}
