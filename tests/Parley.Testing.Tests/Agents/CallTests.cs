using Parley.Testing.Agents;
using Parley.Testing.Audio;
using Parley.Testing.Expectations;
using Parley.Testing.Tests.Support;

namespace Parley.Testing.Tests.Agents;

/// <summary>Two agents and the local server: the verbs of a call and what each side sees of it.</summary>
public class CallTests
{
    [Fact]
    public void Two_agents_register_call_hold_and_hang_up() => Bench.Run(async bench =>
    {
        var a = await bench.AddAsync("A");
        var b = await bench.AddAsync("B");
        await a.DialAsync(b);
        await bench.UntilState(b, AgentState.Ringing);
        await bench.UntilState(a, AgentState.Ringing);
        Assert.Equal("a", b.Peer?.Number);
        await b.AcceptAsync();
        await bench.UntilState(a, AgentState.Established);
        Assert.Equal(AgentState.Established, b.State);
        await a.HoldAsync();
        Assert.True(a.Held);
        await bench.Until(() => Expect.That(b.CurrentCall!.Phase).IsEqualTo(CallPhase.HeldByPeer));
        await bench.Session.WaitAsync(TimeSpan.FromSeconds(3));
        await a.ResumeAsync();
        await bench.Until(() => Expect.That(b.CurrentCall!.Phase).IsEqualTo(CallPhase.Established));
        await a.HangupAsync();
        await bench.UntilState(a, AgentState.Idle);
        await bench.UntilState(b, AgentState.Idle);
        Assert.Equal(("Connection reset by user", null), (a.Reason, a.StatusCode));
        Assert.Equal(("Connection reset by peer", null), (b.Reason, b.StatusCode));
    });

    [Fact]
    public void Both_hear_each_other() => Bench.Run(async bench =>
    {
        var a = await bench.AddAsync("A");
        var b = await bench.AddAsync("B");
        await bench.ConnectAsync(a, b);
        await a.VerifyAudioConnectionAsync(b);
        Assert.Equal("PCMU", a.Codec, ignoreCase: true);
        Assert.InRange(b.Quality!.Mos!.Value, 4.0, 4.5);
    });

    [Fact]
    public void A_call_that_is_refused_says_why_to_who_dialled() => Bench.Run(async bench =>
    {
        var a = await bench.AddAsync("A");
        var b = await bench.AddAsync("B");
        await a.DialAsync(b);
        await bench.UntilState(b, AgentState.Ringing);
        await b.HangupAsync();
        await bench.UntilState(a, AgentState.Idle);
        Assert.Equal(("486 Busy Here", 486), (a.Reason, a.StatusCode));
    });

    [Fact]
    public void Whom_nobody_knows_there_is_not() => Bench.Run(async bench =>
    {
        var a = await bench.AddAsync("A");
        await a.DialAsync("nobody");
        await bench.UntilState(a, AgentState.Idle);
        Assert.Equal(404, a.StatusCode);
    });

    [Fact]
    public void A_tone_is_heard_within_300_milliseconds() => Bench.Run(async bench =>
    {
        var a = await bench.AddAsync("A");
        var b = await bench.AddAsync("B");
        await bench.ConnectAsync(a, b);
        await bench.Delay(1);
        await a.SendAudioAsync(AudioSpec.Tone(440));
        var begun = bench.Time.GetTimestamp();
        await b.VerifyAudioAsync(440, TimeSpan.FromSeconds(5));
        Assert.InRange(bench.Time.GetElapsedTime(begun).TotalMilliseconds, 1, 300);
    });

    [Fact]
    public void A_tone_that_is_not_there_is_said_to_be_missing() => Bench.Run(async bench =>
    {
        var a = await bench.AddAsync("A");
        var b = await bench.AddAsync("B");
        await bench.ConnectAsync(a, b);
        await a.SendAudioAsync(AudioSpec.Tone(440));
        var begun = bench.Time.GetTimestamp();
        var failure = await Assert.ThrowsAsync<ExpectationException>(() => b.VerifyAudioAsync(600, TimeSpan.FromMilliseconds(500)));
        Assert.Matches(@"^B: expected a tone at 600 Hz, but was score 0\.0\d, rms 5\d\d\d, \d+ samples$", failure.Message);
        Assert.InRange(bench.Time.GetElapsedTime(begun).TotalSeconds, 2.5, 2.7);
        await b.VerifyNoAudioAsync(600, TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<ExpectationException>(() => b.VerifyNoAudioAsync(440, TimeSpan.FromSeconds(1)));
    });

    [Theory]
    [InlineData("rtpevent")]
    [InlineData("info")]
    [InlineData("auto")]
    [InlineData("anything")]
    public void Digits_arrive(string mode) => Bench.Run(async bench =>
    {
        var a = await bench.AddAsync("A", options => options with { DtmfMode = mode });
        var b = await bench.AddAsync("B");
        await bench.ConnectAsync(a, b);
        await a.DtmfAsync("12 3#", TimeSpan.FromMilliseconds(200));
        await b.VerifyDtmfAsync("123#", TimeSpan.FromSeconds(5));
        Assert.Equal("123#", b.ReceivedDtmf);
    });

    [Fact]
    public void Digits_in_the_audio_are_heard_by_who_listens_for_them() => Bench.Run(async bench =>
    {
        var a = await bench.AddAsync("A", options => options with { DtmfMode = "inband" });
        var b = await bench.AddAsync("B", options => options with { DtmfMode = "inband" });
        await bench.ConnectAsync(a, b);
        await a.DtmfAsync("159D");
        await b.VerifyDtmfAsync("159D", TimeSpan.FromSeconds(5));
    });

    [Fact]
    public void Digits_are_those_of_the_call_and_not_of_the_agents_life() => Bench.Run(async bench =>
    {
        var a = await bench.AddAsync("A");
        var b = await bench.AddAsync("B");
        await bench.ConnectAsync(a, b);
        await a.DtmfAsync("1");
        await b.VerifyDtmfAsync("1", TimeSpan.FromSeconds(5));
        await a.HangupAsync();
        await bench.UntilState(b, AgentState.Idle);
        await bench.ConnectAsync(a, b);
        Assert.Equal("", b.ReceivedDtmf);
        await a.DtmfAsync("2");
        await b.VerifyDtmfAsync("2", TimeSpan.FromSeconds(5));
        Assert.Equal("2", b.ReceivedDtmf);
    });

    [Fact]
    public void Quality_is_unknown_until_something_was_measured() => Bench.Run(async bench =>
    {
        var a = await bench.AddAsync("A");
        var b = await bench.AddAsync("B");
        Assert.Null(a.Quality);
        await a.DialAsync(b);
        await bench.UntilState(b, AgentState.Ringing);
        Assert.Null(b.Quality);
        await b.AcceptAsync();
        await bench.Delay(10);
        Assert.InRange(b.Quality!.Mos!.Value, 4.0, 4.5);
        Assert.NotNull(b.Quality.Rtt);
    });

    [Fact]
    public void A_mute_agent_is_silent_and_speaks_again() => Bench.Run(async bench =>
    {
        var a = await bench.AddAsync("A");
        var b = await bench.AddAsync("B");
        await bench.ConnectAsync(a, b);
        await a.SendAudioAsync(AudioSpec.Tone(440));
        await b.VerifyAudioAsync(440, TimeSpan.FromSeconds(2));
        await a.MuteAsync();
        await b.VerifySilenceAsync(TimeSpan.FromSeconds(3));
        await a.MuteAsync();
        await b.VerifyAudioAsync(440, TimeSpan.FromSeconds(2));
    });

    [Fact]
    public void Headers_of_the_newest_call_are_read() => Bench.Run(async bench =>
    {
        var b = await bench.AddAsync("B");
        foreach (var value in "first second third".Split(' '))
        {
            var a = await bench.AddAsync("A", options => options with { Headers = [new("X-Test", value), new("X-More", "1"), new("X-More", "2")] });
            await bench.ConnectAsync(a, b);
            Assert.Equal(value, b.Header("x-test"));
            Assert.Equal("2", b.Headers()["X-More"]);
            Assert.Equal(["1", "2"], b.AllHeaders()["X-More"]);
            await a.HangupAsync();
            await bench.UntilState(b, AgentState.Idle);
        }

        Assert.Null(b.Header("X-None"));
    });

    [Fact]
    public void What_a_call_was_is_known_after_its_end() => Bench.Run(async bench =>
    {
        var a = await bench.AddAsync("A");
        var b = await bench.AddAsync("B");
        var call = await a.DialAsync(b);
        await bench.UntilState(b, AgentState.Ringing);
        await b.AcceptAsync();
        await call.WaitForAsync(CallPhase.Established, TimeSpan.FromSeconds(5));
        await bench.Delay(2);
        await a.HangupAsync();
        await call.WaitForEndAsync();
        Assert.Equal([180, 200], call.Responses.Select(response => response.Status));
        Assert.Contains("m=audio", call.SdpOffered, StringComparison.Ordinal);
        Assert.Contains("m=audio", call.SdpAnswered, StringComparison.Ordinal);
        Assert.NotEqual(call.SdpOffered, call.SdpAnswered);
        Assert.Equal(call.SdpOffered, b.Call(0)!.SdpOffered);
        Assert.InRange(call.Duration!.Value.TotalSeconds, 2, 2.2);
        Assert.NotNull(call.SetupTime);
        Assert.Contains(call.Trace, message => System.Text.Encoding.UTF8.GetString(message.Bytes.Span).StartsWith("BYE ", StringComparison.Ordinal));
        Assert.True(call.Levels.Count > 10);
    });

    [Fact]
    public void A_caller_is_sent_elsewhere_until_that_is_over() => Bench.Run(async bench =>
    {
        var a = await bench.AddAsync("A");
        var b = await bench.AddAsync("B");
        var c = await bench.AddAsync("C");
        await b.DeflectAsync(c);
        await a.DialAsync(b);
        await bench.UntilState(c, AgentState.Ringing);
        Assert.Equal(AgentState.Idle, b.State);
        Assert.Contains(b.Trace, message => System.Text.Encoding.UTF8.GetString(message.Bytes.Span).Contains("Diversion: <sip:b@", StringComparison.Ordinal));
        await a.HangupAsync();
        await bench.UntilState(c, AgentState.Idle);
        await b.StopDeflectAsync();
        await a.DialAsync(b);
        await bench.UntilState(b, AgentState.Ringing);
    });

    [Fact]
    public void Every_call_gets_the_response_that_was_asked_for() => Bench.Run(async bench =>
    {
        var a = await bench.AddAsync("A");
        var b = await bench.AddAsync("B");
        await b.RespondIncomingAsync(603, "Not Today", new Dictionary<string, string> { ["X-Why"] = "tired" });
        var call = await a.DialAsync(b);
        await bench.UntilState(a, AgentState.Idle);
        Assert.Equal(("603 Not Today", 603), (a.Reason, a.StatusCode));
        Assert.Equal("tired", call.Responses[^1].Message.GetString("X-Why"));
        await Assert.ThrowsAsync<ArgumentException>(() => b.RespondIncomingAsync(486, "Busy\r\nX-Evil: 1"));
        await Assert.ThrowsAsync<ArgumentException>(() => b.RespondIncomingAsync(486, "Busy", new Dictionary<string, string> { ["X-A"] = "1\r\nX-Evil: 1" }));
    });

    [Fact]
    public void Information_says_how_the_agent_stands() => Bench.Run(async bench =>
    {
        var a = await bench.AddAsync("A");
        var b = await bench.AddAsync("B");
        await a.DialAsync(b);
        await bench.UntilState(b, AgentState.Ringing);
        Assert.Equal(
            $$"""{"name":"B","aor":"sip:b@{{bench.Server.Domain}}","registered":true,"state":"Ringing","reason":null,"status_code":null,"peer":"sip:a@{{bench.Server.Domain}}","calls":1}""",
            b.ToJson());
        Assert.Equal(1L, b.InfoMap()["calls"]);
    });

    [Fact]
    public void A_call_that_ends_during_a_wait_is_told() => Bench.Run(async bench =>
    {
        var a = await bench.AddAsync("A");
        var b = await bench.AddAsync("B");
        await bench.ConnectAsync(a, b);
        var wait = bench.Session.WaitAsync(TimeSpan.FromSeconds(5));
        await bench.Delay(1);
        await b.HangupAsync();
        var failure = await Assert.ThrowsAsync<ExpectationException>(() => wait);
        Assert.Matches("^call on `[AB]` dropped during wait — reason: Connection reset by (peer|user)$", failure.Message);
    });

    [Fact]
    public void Verbs_without_a_call_say_so_and_may_be_tried_again() => Bench.Run(async bench =>
    {
        var a = await bench.AddAsync("A");
        Assert.Equal("agent `A`: no incoming call to accept", (await Assert.ThrowsAsync<AgentStateException>(() => a.AcceptAsync())).Message);
        Assert.Equal("agent `A`: no active call", (await Assert.ThrowsAsync<AgentStateException>(() => a.HangupAsync())).Message);
        Assert.Equal("agent `A`: no pending attended transfer", (await Assert.ThrowsAsync<AgentStateException>(() => a.CompleteTransferAsync())).Message);
    });

    [Fact]
    public void What_is_done_and_what_happens_is_told() => Bench.Run(async bench =>
    {
        var a = await bench.AddAsync("A");
        var b = await bench.AddAsync("B");
        await bench.ConnectAsync(a, b);
        await a.HangupAsync();
        await bench.UntilState(b, AgentState.Idle);
        lock (bench.Events)
        {
            Assert.Equal(["A", "B"], bench.Events.OfType<AgentStarted>().Select(told => told.Agent));
            Assert.Equal(["dial", "accept", "hangup"], bench.Events.OfType<AgentAction>().Select(told => told.Kind));
            Assert.Equal(
                [CallPhase.Trying, CallPhase.Ringing, CallPhase.Established, CallPhase.Ended],
                bench.Events.OfType<AgentCallChanged>().Where(told => told.Agent == "A").Select(told => told.Phase));
        }
    });
}
