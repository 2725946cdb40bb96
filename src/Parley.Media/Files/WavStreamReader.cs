namespace Parley.Media.Files;

/// <summary>Reads a WAV from a stream piece by piece: first the header, then mono PCM. Owns the stream unless told otherwise.</summary>
internal sealed class WavStreamReader : IAudioDecoder
{
    private readonly Stream _stream;
    private readonly bool _leaveOpen;
    private readonly AudioFileLimits _limits;
    private readonly byte[] _bytes;
    private readonly short[] _work;
    private int _held; // bytes read but not yet decoded, at the beginning of _bytes
    private long _left;
    private long _taken;
    private readonly bool _toEnd;

    private WavStreamReader(Stream stream, bool leaveOpen, AudioFileLimits limits, WavHeader header, ReadOnlySpan<byte> begun)
    {
        _stream = stream;
        _leaveOpen = leaveOpen;
        _limits = limits;
        Header = header;
        _toEnd = header.DataLength is null;
        _left = header.DataLength ?? long.MaxValue;
        _bytes = new byte[Math.Max(4096, begun.Length)];
        _work = new short[_bytes.Length];
        begun.CopyTo(_bytes);
        _held = begun.Length;
    }

    private WavHeader Header { get; }

    public int SampleRate => Header.SampleRate;

    public int MaxSamples => _bytes.Length;

    public int SampleBytes => Header.BlockAlign;

    public long? Length => Header.DataLength;

    /// <param name="start">What has been read of it.</param>
    /// <param name="leaveOpen">Leaves the stream open.</param>
    /// <param name="limits">How much is taken in.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="AudioFormatException">The stream is no WAV that can be played.</exception>
    public static async ValueTask<WavStreamReader> OpenAsync(StreamStart start, bool leaveOpen, AudioFileLimits limits, CancellationToken ct)
    {
        WavHeader? header;
        while (!WavHeader.TryRead(start.Bytes, out header))
        {
            if (start.Length >= limits.MaxHeaderBytes) throw new AudioFormatException($"No audio within the first {limits.MaxHeaderBytes} bytes.");
            if (!await start.MoreAsync(limits.MaxHeaderBytes, ct).ConfigureAwait(false))
                throw new AudioFormatException($"The stream ends after {start.Length} bytes, before any audio.");
        }
        return new(start.Stream, leaveOpen, limits, header, start.Bytes[header.DataOffset..]);
    }

    public async ValueTask<int> ReadAsync(Memory<short> mono, CancellationToken cancellationToken)
    {
        while (true)
        {
            var usable = (int)Math.Min(_held, _left) / Header.BlockAlign * Header.BlockAlign;
            if (usable > 0) return Take(usable, mono.Span);
            if (_left < Header.BlockAlign) return 0;
            var read = await _stream.ReadAsync(_bytes.AsMemory(_held), cancellationToken).ConfigureAwait(false);
            if (read == 0) return 0; // a recording cut short plays as far as it goes
            _held += read;
        }
    }

    public ValueTask DisposeAsync() => _leaveOpen ? default : _stream.DisposeAsync();

    private int Take(int usable, Span<short> mono)
    {
        var samples = WavSamples.ToMono(Header, _bytes.AsSpan(0, usable), _work, mono);
        _held -= usable;
        _bytes.AsSpan(usable, _held).CopyTo(_bytes);
        if (!_toEnd) _left -= usable;
        _taken += usable;
        if (_taken > _limits.MaxStreamBytes)
            throw new AudioFormatException($"More than {_limits.MaxStreamBytes} bytes of audio.");
        return samples;
    }
}
