namespace Parley.Media.Codecs;

/// <summary>
/// Opus (RFC 6716) by Debian's libopus, as RFC 7587 puts it into RTP and SDP: <c>opus/48000/2</c> and a clock of 48 kHz whatever is coded. One channel is sent and
/// heard; a peer's two are added up by the decoder.
/// </summary>
/// <param name="sampleRate">PCM samples per second on this side: 8000, 12000, 16000, 24000 or 48000. The decoder makes any of them from any packet.</param>
/// <param name="missing">Why the codec cannot be used; null where it can.</param>
internal sealed class OpusCodec(int sampleRate, string? missing) : AudioCodec
{
    public override string Name => "opus";

    public override int ClockRate => 48_000;

    public override int SampleRate => sampleRate;

    public override int RtpChannels => 2;

    public override string? Unavailable => missing;

    // What we can hear and will ever say (RFC 7587 §6.1): nobody spends bits on more. 48000 is what counts without a word.
    public override string FormatParameters { get; } =
        sampleRate < 48_000 ? $"maxplaybackrate={sampleRate};sprop-maxcapturerate={sampleRate};useinbandfec=1" : "useinbandfec=1";

    public override int MaxEncodedBytes(int samples) => OpusEncoder.MaxPacket;

    // However few its bytes are, a packet may last 120 ms (RFC 6716 §3.2, R5).
    public override int MaxDecodedSamples(int bytes) => sampleRate * 120 / 1000;

    // Frames of 30 and 50 ms do not exist (RFC 6716 §2.1.4); the shorter ones are within any maxptime.
    public override int PacketMilliseconds(int wished, string? parameters) => Math.Max(wished, OpusFormat.Parse(parameters).MinPacketMilliseconds) switch
    {
        < 20 => 10,
        < 40 => 20,
        < 60 => 40,
        _ => 60,
    };

    public override IAudioEncoder CreateEncoder() => CreateEncoder(null);

    public override IAudioEncoder CreateEncoder(string? parameters)
    {
        RequireLibrary();
        return new OpusEncoder(sampleRate, OpusFormat.Parse(parameters));
    }

    public override IAudioDecoder CreateDecoder()
    {
        RequireLibrary();
        return new OpusDecoder(sampleRate);
    }

    private void RequireLibrary()
    {
        if (missing is not null)
            throw new InvalidOperationException($"Opus cannot be used: {missing}.");
    }
}
