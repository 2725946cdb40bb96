namespace Parley.Media.Codecs;

/// <summary>PCMA (RFC 3551 §4.5.14): A-law, 64 kbit/s, static payload type 8.</summary>
internal sealed class PcmaCodec : AudioCodec, IAudioEncoder, IAudioDecoder
{
    public override string Name => "PCMA";

    public override int ClockRate => 8000;

    public override int SampleRate => 8000;

    public override byte? StaticPayloadType => 8;

    public override int MaxEncodedBytes(int samples) => samples;

    public override int MaxDecodedSamples(int bytes) => bytes;

    // A-law has no state, so the codec is its own coder.
    public override IAudioEncoder CreateEncoder() => this;

    public override IAudioDecoder CreateDecoder() => this;

    public int Encode(ReadOnlySpan<short> pcm, Span<byte> payload)
    {
        G711.Encode<ALaw>(pcm, payload);
        return pcm.Length;
    }

    public int Decode(ReadOnlySpan<byte> payload, Span<short> pcm)
    {
        G711.Decode<ALaw>(payload, pcm);
        return payload.Length;
    }
}
