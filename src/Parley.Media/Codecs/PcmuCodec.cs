namespace Parley.Media.Codecs;

/// <summary>PCMU (RFC 3551 §4.5.14): µ-law, 64 kbit/s, static payload type 0.</summary>
internal sealed class PcmuCodec : AudioCodec, IAudioEncoder, IAudioDecoder
{
    public override string Name => "PCMU";

    public override int ClockRate => 8000;

    public override int SampleRate => 8000;

    public override byte? StaticPayloadType => 0;

    public override int MaxEncodedBytes(int samples) => samples;

    public override int MaxDecodedSamples(int bytes) => bytes;

    // µ-law has no state, so the codec is its own coder.
    public override IAudioEncoder CreateEncoder() => this;

    public override IAudioDecoder CreateDecoder() => this;

    public int Encode(ReadOnlySpan<short> pcm, Span<byte> payload)
    {
        G711.Encode<MuLaw>(pcm, payload);
        return pcm.Length;
    }

    public int Decode(ReadOnlySpan<byte> payload, Span<short> pcm)
    {
        G711.Decode<MuLaw>(payload, pcm);
        return payload.Length;
    }
}
