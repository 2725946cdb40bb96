namespace Parley.Media.Codecs;

/// <summary>G722 (RFC 3551 §4.5.2): ITU-T G.722, mode 1 (64 kbit/s), one byte for each two samples at 16 kHz, static payload type 9.</summary>
internal sealed class G722Codec : AudioCodec
{
    public override string Name => "G722";

    // RFC 3551 §4.5.2: 8000 by an old mistake that is now the standard; the audio has 16000.
    public override int ClockRate => 8000;

    public override int SampleRate => 16000;

    public override byte? StaticPayloadType => 9;

    public override int MaxEncodedBytes(int samples) => samples / 2;

    public override int MaxDecodedSamples(int bytes) => bytes * 2;

    public override IAudioEncoder CreateEncoder() => new G722Encoder();

    public override IAudioDecoder CreateDecoder() => new G722Decoder();
}
