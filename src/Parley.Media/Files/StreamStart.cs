namespace Parley.Media.Files;

/// <summary>The first bytes of a stream, kept until it is clear who reads on behind them.</summary>
internal sealed class StreamStart(Stream stream)
{
    private byte[] _bytes = new byte[1024];
    private int _length;

    public Stream Stream => stream;

    public int Length => _length;

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    /// <summary>Reads on behind what is there.</summary>
    /// <param name="most">Bytes that are kept at most; more than there are.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False at the end of the stream.</returns>
    public async ValueTask<bool> MoreAsync(int most, CancellationToken cancellationToken)
    {
        if (_length == _bytes.Length) Array.Resize(ref _bytes, (int)Math.Min(_bytes.Length * 2L, most));
        var read = await stream.ReadAsync(_bytes.AsMemory(_length), cancellationToken).ConfigureAwait(false);
        _length += read;
        return read > 0;
    }

    /// <summary>All there is, as a stream that can be read again and again; the bytes are lent, not copied.</summary>
    public MemoryStream ToMemory() => new(_bytes, 0, _length, writable: false);
}
