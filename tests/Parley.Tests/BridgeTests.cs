using Parley.Media.Codecs;
using Parley.Tests.Support;

namespace Parley.Tests;

/// <summary>Two callers hearing each other through us.</summary>
public class BridgeTests
{
    // Bob calls us, we call Carol; both ends of both calls are given.
    private static void Bridged(
        Func<Stage, IncomingCall, OutgoingCall, OutgoingCall, IncomingCall, Task> body, AudioCodec? bobs = null, AudioCodec? carols = null) => Stage.Run(async stage =>
    {
        var bob = await stage.StartAgentAsync("10.0.0.2", o => o with { Codecs = [bobs ?? AudioCodecs.Pcma] });
        var carol = await stage.StartAgentAsync("10.0.0.3", o => o with { Codecs = [carols ?? AudioCodecs.Pcma] });
        var fromBob = stage.AnswerAll();
        var atCarol = stage.AnswerAll(agent: carol);
        await using var bobsEnd = await bob.DialAsync("sip:us@10.0.0.1");
        var ours = await fromBob;
        await using var toCarol = await stage.Agent.DialAsync("sip:carol@10.0.0.3");
        await body(stage, ours, toCarol, bobsEnd, await atCarol);
    });

    [Fact]
    public void Calls_of_one_codec_hear_each_other_packet_by_packet() => Bridged(async (stage, a, b, bob, carol) =>
    {
        await using var bridge = Bridge.Connect(a, b);
        await using var writer = bob.OpenEncodedWriter();
        await using var reader = carol.OpenEncodedReader();
        var payload = Enumerable.Range(7, 160).Select(i => (byte)i).ToArray();
        Assert.True(await writer.WriteAsync(payload));
        var room = new byte[1500];
        Assert.Equal(payload, room[..(await reader.ReadAsync(room))!.Value.Length]);
        carol.StartPlayback(Tones.Of(600));
        Assert.True(await Tones.HeardAsync(bob, 600));
        Assert.Equal(0, stage.Agent.Media.Counters.Clocked);
    });

    [Fact]
    public void Digits_pass_a_bridge() => Bridged(async (stage, a, b, bob, carol) =>
    {
        await using var bridge = Bridge.Connect(a, b);
        await bob.SendDigitsAsync("5");
        await foreach (var digit in carol.Digits())
        {
            Assert.Equal('5', digit.Symbol);
            break;
        }
    });

    [Fact]
    public void Different_codecs_are_refused_with_both_names() => Bridged(
        (stage, a, b, bob, carol) =>
        {
            var e = Assert.Throws<CallMediaException>(() => Bridge.Connect(a, b));
            Assert.Equal(CallMediaProblem.CodecMismatch, e.Problem);
            Assert.Contains("PCMU", e.Message, StringComparison.Ordinal);
            Assert.Contains("G722", e.Message, StringComparison.Ordinal);
            return Task.CompletedTask;
        },
        AudioCodecs.Pcmu,
        AudioCodecs.G722);

    [Fact]
    public void Different_codecs_are_transcoded_when_asked() => Bridged(
        async (stage, a, b, bob, carol) =>
        {
            await using var bridge = Bridge.Connect(a, b, new() { Transcode = true });
            bob.StartPlayback(Tones.Of(500));
            carol.StartPlayback(Tones.Of(800));
            await stage.Delay(0.5);
            Assert.True(await Tones.HeardAsync(carol, 500));
            Assert.True(await Tones.HeardAsync(bob, 800));
        },
        AudioCodecs.Pcmu,
        AudioCodecs.G722);

    [Fact]
    public void Parting_a_bridge_leaves_both_calls_up() => Bridged(async (stage, a, b, bob, carol) =>
    {
        await Bridge.Connect(a, b).DisposeAsync();
        Assert.Equal((CallState.Answered, CallState.Answered), (a.State, b.State));
        a.StartPlayback(Tones.Of(440));
        Assert.True(await Tones.HeardAsync(bob, 440));
        Assert.False(await Tones.HeardAsync(carol, 440));
    });

    [Fact]
    public void A_bridge_ends_when_either_call_does_and_the_other_stays() => Bridged(async (stage, a, b, bob, carol) =>
    {
        var bridged = a.BridgeAsync(b);
        await carol.HangUpAsync();
        await bridged;
        Assert.Equal((CallState.Answered, CallState.Ended), (a.State, b.State));
    });

    [Fact]
    public void Waiting_for_a_bridge_ends_with_either_call() => Bridged(async (stage, a, b, bob, carol) =>
    {
        await using var bridge = Bridge.Connect(a, b);
        var waiting = bridge.WaitAsync();
        await bob.HangUpAsync();
        await waiting;
        await stage.Until(() => bridge.Ended.IsCancellationRequested, "the token fired");
    });

    [Fact]
    public void A_call_is_not_bridged_with_itself() => Bridged((stage, a, b, bob, carol) =>
    {
        Assert.Equal("b", Assert.Throws<ArgumentException>(() => Bridge.Connect(a, a)).ParamName);
        return Task.CompletedTask;
    });

    [Fact]
    public void Dialling_for_a_bridge_offers_the_first_calls_codec() => Stage.Run(async stage =>
    {
        var bob = await stage.StartAgentAsync("10.0.0.2", o => o with { Codecs = [AudioCodecs.G722, AudioCodecs.Pcmu] });
        var fromBob = stage.AnswerAll();
        await using var end = await bob.DialAsync("sip:us@10.0.0.1");
        var dialing = stage.Agent.TryDialAsync("sip:raw@10.0.0.9", new() { BridgeWith = await fromBob });
        var invite = await stage.Phone.Expect("INVITE");
        Assert.Equal("9 101", Wire.Lines(invite, "m=audio ")[0].Split("AVP ")[1]);
        stage.Phone.Send(Wire.Response(invite, "486 Busy Here"));
        await dialing;
    });
}
