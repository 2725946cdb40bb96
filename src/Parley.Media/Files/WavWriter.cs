using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Parley.Media.Files;

/// <summary>
/// Writes 16-bit PCM WAV. The header's sizes are brought up to date by every <see cref="Flush"/>, after the audio they count:
/// whatever happens to the process in between, the file on disk is a valid WAV that ends at the last flush (players ignore
/// bytes behind the stated end). Not thread-safe; writes block, so it is no sink for a media lane; see <see cref="WavRecorder"/>.
/// </summary>
public sealed class WavWriter : IDisposable
{
    private const int HeaderBytes = 44;
    private const int RiffSizeAt = 4;
    private const int DataSizeAt = 40;

    /// <summary>RIFF counts bytes in 32 bits; the header before the data counts too.</summary>
    private const long MaxDataBytes = uint.MaxValue - HeaderBytes;

    private readonly Stream _stream;
    private readonly bool _leaveOpen;
    private readonly long _start;
    private long _bytes;
    private bool _disposed;

    /// <summary>Writes the header of an empty recording.</summary>
    /// <param name="stream">Where to; must be seekable.</param>
    /// <param name="sampleRate">Samples per second and channel, 4000 to 192000.</param>
    /// <param name="channels">1 or 2.</param>
    /// <param name="leaveOpen">Whether the stream stays open when the writer is disposed. Default false.</param>
    /// <exception cref="ArgumentException">The stream cannot seek or write.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Rate or channels are outside their range.</exception>
    public WavWriter(Stream stream, int sampleRate, int channels, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanSeek || !stream.CanWrite) throw new ArgumentException("The stream must be writable and seekable.", nameof(stream));
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleRate, 4000);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sampleRate, 192_000);
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(channels, 2);
        _stream = stream;
        _leaveOpen = leaveOpen;
        _start = stream.Position;
        SampleRate = sampleRate;
        Channels = channels;
        WriteHeader();
        _stream.Flush();
    }

    /// <summary>Samples per second and channel.</summary>
    public int SampleRate { get; }

    /// <summary>1 or 2.</summary>
    public int Channels { get; }

    /// <summary>How much has been written.</summary>
    public TimeSpan Duration => TimeSpan.FromSeconds((double)_bytes / (2 * Channels * SampleRate));

    /// <summary>Creates a file, replacing one that is there.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="sampleRate">Samples per second and channel.</param>
    /// <param name="channels">1 or 2.</param>
    /// <exception cref="IOException">The file cannot be created.</exception>
    public static WavWriter Create(string path, int sampleRate, int channels) =>
        new(new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read), sampleRate, channels);

    /// <summary>Appends audio. It counts from the next <see cref="Flush"/> on.</summary>
    /// <param name="pcm">Samples, interleaved when there are two channels.</param>
    /// <exception cref="IOException">The stream refused, or the recording would pass the 4 GiB a WAV can hold.</exception>
    public void Write(ReadOnlySpan<short> pcm)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_bytes + (2L * pcm.Length) > MaxDataBytes) throw new IOException("The recording is full: a WAV holds at most 4 GiB.");
        if (BitConverter.IsLittleEndian)
        {
            _stream.Write(MemoryMarshal.AsBytes(pcm));
        }
        else
        {
            Span<byte> sample = stackalloc byte[2];
            foreach (var value in pcm)
            {
                BinaryPrimitives.WriteInt16LittleEndian(sample, value);
                _stream.Write(sample);
            }
        }
        _bytes += 2L * pcm.Length;
    }

    /// <summary>Hands the audio to the operating system, then the sizes that count it.</summary>
    /// <exception cref="IOException">The stream refused.</exception>
    public void Flush()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _stream.Flush();
        PatchSize(DataSizeAt, (uint)_bytes);
        PatchSize(RiffSizeAt, (uint)(_bytes + HeaderBytes - 8));
        _stream.Position = _start + HeaderBytes + _bytes;
    }

    /// <summary>Flushes and closes.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        try
        {
            Flush();
        }
        finally
        {
            _disposed = true;
            if (!_leaveOpen) _stream.Dispose();
        }
    }

    private void PatchSize(int at, uint size)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, size);
        _stream.Position = _start + at;
        _stream.Write(bytes);
        _stream.Flush();
    }

    private void WriteHeader()
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        "RIFF"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[RiffSizeAt..], HeaderBytes - 8);
        "WAVEfmt "u8.CopyTo(header[8..]);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], 16);
        BinaryPrimitives.WriteUInt16LittleEndian(header[20..], (ushort)WavEncoding.Pcm16);
        BinaryPrimitives.WriteUInt16LittleEndian(header[22..], (ushort)Channels);
        BinaryPrimitives.WriteUInt32LittleEndian(header[24..], (uint)SampleRate);
        BinaryPrimitives.WriteUInt32LittleEndian(header[28..], (uint)(SampleRate * Channels * 2));
        BinaryPrimitives.WriteUInt16LittleEndian(header[32..], (ushort)(Channels * 2));
        BinaryPrimitives.WriteUInt16LittleEndian(header[34..], 16);
        "data"u8.CopyTo(header[36..]);
        _stream.Write(header);
    }
}
