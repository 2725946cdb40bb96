namespace Parley.Media.Codecs;

/// <summary>One stream's decoder in libopus, which also makes up for what is lost. Whatever a payload holds, the worst of it is a number below zero from the library.</summary>
internal sealed class OpusDecoder : IConcealingDecoder, IDisposable
{
    private readonly OpusDecoderState _state;
    private readonly int _shortest; // samples of 2.5 ms: only multiples of them can be concealed
    private readonly int _longest;  // of 120 ms, the longest packet

    public OpusDecoder(int sampleRate)
    {
        _shortest = sampleRate / 400;
        _longest = sampleRate * 120 / 1000;
        _state = OpusLibrary.CreateDecoder(sampleRate, 1, out var error);
        if (error != 0)
            throw new InvalidOperationException($"libopus made no decoder for {sampleRate} Hz: error {error}.");
    }

    public bool IsPaused { get; private set; }

    public int Decode(ReadOnlySpan<byte> payload, Span<short> pcm)
    {
        IsPaused = payload.Length <= OpusPacket.Pause;
        return payload.IsEmpty ? 0 : Make(payload, pcm[..Math.Min(pcm.Length, _longest)], redundancy: false);
    }

    public void Conceal(Span<short> pcm) => Fill(default, pcm, redundancy: false);

    public bool Recover(ReadOnlySpan<byte> following, Span<short> pcm)
    {
        if (!OpusPacket.HasRedundancy(following))
        {
            Conceal(pcm);
            return false;
        }

        Fill(following, pcm, redundancy: true);
        return true;
    }

    public void Dispose() => _state.Dispose();

    private void Fill(ReadOnlySpan<byte> packet, Span<short> pcm, bool redundancy)
    {
        var whole = Math.Min(pcm.Length / _shortest * _shortest, _longest);
        var made = whole == 0 ? 0 : Make(packet, pcm[..whole], redundancy);
        pcm[made..].Clear();
    }

    // The samples made; 0 where the library finds no sense in the packet.
    private unsafe int Make(ReadOnlySpan<byte> packet, Span<short> pcm, bool redundancy)
    {
        fixed (byte* bytes = packet) // null for none: something is made up
        fixed (short* samples = pcm)
            return Math.Max(0, OpusLibrary.Decode(_state, bytes, packet.Length, samples, pcm.Length, redundancy ? 1 : 0));
    }
}
