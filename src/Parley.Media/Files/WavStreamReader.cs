namespace Parley.Media.Files;

/// <summary>Reads a WAV from a stream piece by piece: first the header, then mono PCM. Owns the stream unless told otherwise.</summary>
internal sealed class WavStreamReader : IAsyncDisposable
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

    public WavHeader Header { get; }

    /// <summary>Largest number of samples that one <see cref="ReadAsync"/> gives.</summary>
    public int MaxSamples => _bytes.Length;

    /// <exception cref="WavFormatException">The stream is no WAV that can be played.</exception>
    public static async ValueTask<WavStreamReader> OpenAsync(Stream stream, bool leaveOpen, AudioFileLimits limits, CancellationToken ct)
    {
        var start = new byte[1024];
        var length = 0;
        while (true)
        {
            var read = await stream.ReadAsync(start.AsMemory(length), ct).ConfigureAwait(false);
            if (read == 0) throw new WavFormatException($"The stream ends after {length} bytes, before any audio.");
            length += read;
            if (WavHeader.TryRead(start.AsSpan(0, length), out var header))
                return new(stream, leaveOpen, limits, header, start.AsSpan(header.DataOffset, length - header.DataOffset));
            if (length < start.Length) continue;
            if (length >= limits.MaxHeaderBytes) throw new WavFormatException($"No audio within the first {limits.MaxHeaderBytes} bytes.");
            Array.Resize(ref start, Math.Min(start.Length * 2, limits.MaxHeaderBytes));
        }
    }

    /// <summary>Decodes the next piece; 0 at the end.</summary>
    /// <exception cref="WavFormatException">More audio than the limit allows.</exception>
    public async ValueTask<int> ReadAsync(Memory<short> mono, CancellationToken ct)
    {
        while (true)
        {
            var usable = (int)Math.Min(_held, _left) / Header.BlockAlign * Header.BlockAlign;
            if (usable > 0) return Take(usable, mono.Span);
            if (_left < Header.BlockAlign) return 0;
            var read = await _stream.ReadAsync(_bytes.AsMemory(_held), ct).ConfigureAwait(false);
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
            throw new WavFormatException($"More than {_limits.MaxStreamBytes} bytes of audio.");
        return samples;
    }
}
