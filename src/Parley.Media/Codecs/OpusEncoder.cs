namespace Parley.Media.Codecs;

/// <summary>One stream's encoder in libopus, set to what the receiver wants and to what gets lost on the way to it.</summary>
internal sealed class OpusEncoder : ILossAwareEncoder, IDisposable
{
    /// <summary>Longest frame (RFC 6716 §3.2.1).</summary>
    public const int MaxPacket = 1275;

    // RFC 7587 §3.1.1 recommends 16-20 kbit/s for wideband speech and 28-40 for fullband. Repeated frames need more: below 28, libopus gives up bandwidth for them
    // in packets of 10 ms.
    private const int WidebandBitrate = 28_000;
    private const int FullbandBitrate = 40_000;

    // Of 0 to 10. A step more costs a tenth of the time, and at these rates is hardly heard; below 5 it is.
    private const int Complexity = 5;

    // Repeats have to be there before the first report tells of a loss, and libopus makes none for 5 % or less unless bits abound.
    private const int LeastLossPercent = 10;
    private const int MostLossPercent = 50;

    private readonly OpusEncoderState _state;
    private readonly int _perMillisecond;
    private readonly bool _fec;
    private readonly bool _dtx;
    private int _lossPercent;
    private bool _paused;

    public OpusEncoder(int sampleRate, OpusFormat format)
    {
        _perMillisecond = sampleRate / 1000;
        _fec = format.InbandFec;
        _dtx = format.Dtx;
        _state = OpusLibrary.CreateEncoder(sampleRate, 1, OpusLibrary.ApplicationVoice, out var error);
        if (error != 0)
            throw new InvalidOperationException($"libopus made no encoder for {sampleRate} Hz: error {error}.");
        Set(OpusLibrary.SetComplexity, Complexity);
        Set(OpusLibrary.SetMaxBandwidth, format.MaxBandwidth);
        var wide = Math.Min(sampleRate, format.MaxPlaybackRate) <= 16_000;
        Set(OpusLibrary.SetBitrate, Math.Min(wide ? WidebandBitrate : FullbandBitrate, format.MaxAverageBitrate));
        Set(OpusLibrary.SetVariableBitrate, format.ConstantBitrate ? 0 : 1);
        Set(OpusLibrary.SetInbandFec, _fec ? 1 : 0);
        Set(OpusLibrary.SetDtx, _dtx ? 1 : 0);
        ExpectLoss(0);
    }

    public int Encode(ReadOnlySpan<short> pcm, Span<byte> payload)
    {
        var length = EncodeFrame(pcm, payload);
        if (length < 0)
        {
            throw new ArgumentException(
                $"Opus encodes 2.5, 5, 10, 20, 40 or 60 ms at once, not {pcm.Length} samples at {_perMillisecond} kHz (error {length}).", nameof(pcm));
        }

        if (!_dtx || length > OpusPacket.Pause)
        {
            _paused = false;
            return length;
        }

        // RFC 7587 §3.1.3: silence is not sent. Its first packet is: with it the other side knows a pause from loss.
        var first = !_paused;
        _paused = true;
        return first ? length : 0;
    }

    public void ExpectLoss(double share)
    {
        if (!_fec)
            return;
        var percent = Math.Clamp((int)Math.Round(share * 100), LeastLossPercent, MostLossPercent);
        if (percent != _lossPercent)
            Set(OpusLibrary.SetPacketLoss, _lossPercent = percent);
    }

    public void Dispose() => _state.Dispose();

    private unsafe int EncodeFrame(ReadOnlySpan<short> pcm, Span<byte> payload)
    {
        fixed (short* samples = pcm)
        fixed (byte* packet = payload)
            return OpusLibrary.Encode(_state, samples, pcm.Length, packet, Math.Min(payload.Length, MaxPacket));
    }

    private void Set(int request, int value)
    {
        if (OpusLibrary.Control(_state, request, value) is var error and not 0)
            throw new InvalidOperationException($"libopus refused setting {request} to {value}: error {error}.");
    }
}
