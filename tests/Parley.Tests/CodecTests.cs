using Parley.Media.Codecs;
using Parley.Tests.Support;

namespace Parley.Tests;

/// <summary>Codecs that an application chooses.</summary>
public sealed class CodecTests
{
    [Fact]
    public void Opus_is_spoken_where_both_sides_are_told_to() => Stage.Run(
        async stage =>
        {
            var bob = await stage.StartAgentAsync("10.0.0.2");
            var answered = stage.AnswerAll();
            await using var call = await bob.DialAsync("sip:us@10.0.0.1", new() { Codecs = [AudioCodecs.Opus, AudioCodecs.Pcmu] });
            var ours = await answered;
            Assert.Same(AudioCodecs.Opus, ours.Codec);
            call.StartPlayback(Tones.Of(500));
            ours.StartPlayback(Tones.Of(800));
            Assert.True(await Tones.HeardAsync(ours, 500));
            Assert.True(await Tones.HeardAsync(call, 800));
        },
        options => options with { Codecs = [AudioCodecs.Pcmu, AudioCodecs.Opus] });

    [Fact]
    public void A_bridge_to_a_phone_without_opus_is_transcoded() => Stage.Run(
        async stage =>
        {
            var bob = await stage.StartAgentAsync("10.0.0.2", o => o with { Codecs = [AudioCodecs.Opus] });
            var carol = await stage.StartAgentAsync("10.0.0.3");
            var fromBob = stage.AnswerAll();
            var atCarol = stage.AnswerAll(agent: carol);
            await using var bobsEnd = await bob.DialAsync("sip:us@10.0.0.1");
            var ours = await fromBob;
            await using var toCarol = await stage.Agent.DialAsync("sip:carol@10.0.0.3", new() { Codecs = AudioCodecs.Default });
            await using var bridge = Bridge.Connect(ours, toCarol, new() { Transcode = true });
            bobsEnd.StartPlayback(Tones.Of(500));
            (await atCarol).StartPlayback(Tones.Of(800));
            Assert.True(await Tones.HeardAsync(await atCarol, 500));
            Assert.True(await Tones.HeardAsync(bobsEnd, 800));
        },
        options => options with { Codecs = [AudioCodecs.Opus, AudioCodecs.Pcmu] });

    [Fact]
    public void A_codec_that_cannot_be_used_here_is_named_with_what_is_missing() => Stage.Run(async stage =>
    {
        var codec = new Missing();
        var error = await Assert.ThrowsAsync<ArgumentException>(() => stage.StartAgentAsync("10.0.0.2", o => o with { Codecs = [AudioCodecs.Pcmu, codec] }));
        Assert.Equal("Codecs", error.ParamName);
        Assert.Contains("rare cannot be used: its library is on the moon.", error.Message, StringComparison.Ordinal);
        error = await Assert.ThrowsAsync<ArgumentException>(() => stage.Agent.DialAsync("sip:bob@10.0.0.3", new() { Codecs = [codec] }));
        Assert.Equal("Codecs", error.ParamName);
    });

    private sealed class Missing : AudioCodec
    {
        public override string Name => "rare";

        public override int ClockRate => 8000;

        public override int SampleRate => 8000;

        public override string Unavailable => "its library is on the moon";

        public override int MaxEncodedBytes(int samples) => samples;

        public override int MaxDecodedSamples(int bytes) => bytes;

        public override IAudioEncoder CreateEncoder() => throw new InvalidOperationException(Unavailable);

        public override IAudioDecoder CreateDecoder() => throw new InvalidOperationException(Unavailable);
    }
}
