using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Parley.Media.Codecs;

namespace Parley.Media.Files;

/// <summary>
/// Writes WAV, of 16-bit PCM unless told otherwise. The header's sizes are brought up to date by every <see cref="Flush"/>, after the audio they count:
/// whatever happens to the process in between, the file on disk is a valid WAV that ends at the last flush (players ignore
/// bytes behind the stated end). Not thread-safe; writes block, so it is no sink for a media lane; see <see cref="WavRecorder"/>.
/// </summary>
public sealed class WavWriter : IDisposable
{
    private const int RiffSizeAt = 4;
    private const int FactAt = 46; // of coded audio: samples per channel
    private const int PieceSamples = 1024;

    private readonly Stream _stream;
    private readonly bool _leaveOpen;
    private readonly long _start;
    private readonly int _headerBytes;
    private readonly IAudioEncoder? _encoder;
    private readonly byte[] _coded = [];
    private readonly short[] _pair = new short[2]; // G.722 codes two samples in one byte
    private bool _odd;
    private long _samples; // of all channels
    private long _bytes;
    private bool _disposed;

    /// <summary>Writes the header of an empty recording.</summary>
    /// <param name="stream">Where to; must be seekable.</param>
    /// <param name="sampleRate">Samples per second and channel, 4000 to 192000.</param>
    /// <param name="channels">1 or 2.</param>
    /// <param name="leaveOpen">Whether the stream stays open when the writer is disposed. Default false.</param>
    /// <param name="encoding">Coding of the samples; 16-bit PCM by default.</param>
    /// <exception cref="ArgumentException">The stream cannot seek or write, or the coding has another rate or number of channels.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Rate or channels are outside their range.</exception>
    public WavWriter(Stream stream, int sampleRate, int channels, bool leaveOpen = false, WavEncoding encoding = WavEncoding.Pcm16)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanSeek || !stream.CanWrite) throw new ArgumentException("The stream must be writable and seekable.", nameof(stream));
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleRate, 4000);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sampleRate, 192_000);
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(channels, 2);
        if (encoding == WavEncoding.G722 && (sampleRate != 16000 || channels != 1))
            throw new ArgumentException($"G.722 is mono at 16000 samples per second, not {channels} channels at {sampleRate}.", nameof(encoding));
        _encoder = CodecOf(encoding)?.CreateEncoder();
        if (_encoder is not null) _coded = new byte[PieceSamples];
        Encoding = encoding;
        _headerBytes = _encoder is null ? 44 : 58;
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

    /// <summary>Coding of the samples.</summary>
    public WavEncoding Encoding { get; }

    /// <summary>How much has been written.</summary>
    public TimeSpan Duration => TimeSpan.FromSeconds((double)_samples / (Channels * SampleRate));

    // RIFF counts bytes in 32 bits; the header before the data counts too.
    private long MaxDataBytes => uint.MaxValue - _headerBytes;

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
        if (_bytes + ((_encoder is null ? 2L : 1L) * pcm.Length) > MaxDataBytes) throw new IOException("The recording is full: a WAV holds at most 4 GiB.");
        _samples += pcm.Length;
        if (_encoder is not null)
        {
            WriteCoded(pcm);
            return;
        }

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
        PatchSize(_headerBytes - 4, (uint)_bytes);
        if (_encoder is not null) PatchSize(FactAt, (uint)(_samples / Channels));
        PatchSize(RiffSizeAt, (uint)(_bytes + _headerBytes - 8));
        _stream.Position = _start + _headerBytes + _bytes;
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

    private void WriteCoded(ReadOnlySpan<short> pcm)
    {
        if (Encoding == WavEncoding.G722 && _odd && !pcm.IsEmpty)
        {
            _pair[1] = pcm[0];
            pcm = pcm[1..];
            _odd = false;
            WriteBytes(_encoder!.Encode(_pair, _coded));
        }

        if (Encoding == WavEncoding.G722 && (pcm.Length & 1) != 0)
        {
            _pair[0] = pcm[^1];
            pcm = pcm[..^1];
            _odd = true;
        }

        while (!pcm.IsEmpty)
        {
            var count = Math.Min(pcm.Length, PieceSamples);
            WriteBytes(_encoder!.Encode(pcm[..count], _coded));
            pcm = pcm[count..];
        }
    }

    private void WriteBytes(int count)
    {
        _stream.Write(_coded.AsSpan(0, count));
        _bytes += count;
    }

    private static AudioCodec? CodecOf(WavEncoding encoding) => encoding switch
    {
        WavEncoding.Pcm16 => null,
        WavEncoding.ALaw => AudioCodecs.Pcma,
        WavEncoding.MuLaw => AudioCodecs.Pcmu,
        WavEncoding.G722 => AudioCodecs.G722,
        _ => throw new ArgumentException($"{encoding} is no coding of WAV files here.", nameof(encoding)),
    };

    // Coded audio has a longer 'fmt ' chunk and says in a 'fact' chunk how many samples there are.
    private void WriteHeader()
    {
        Span<byte> header = stackalloc byte[_headerBytes];
        header.Clear();
        var bits = Encoding switch { WavEncoding.Pcm16 => 16, WavEncoding.G722 => 4, _ => 8 };
        "RIFF"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[RiffSizeAt..], (uint)(_headerBytes - 8));
        "WAVEfmt "u8.CopyTo(header[8..]);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], _encoder is null ? 16u : 18u);
        BinaryPrimitives.WriteUInt16LittleEndian(header[20..], (ushort)Encoding);
        BinaryPrimitives.WriteUInt16LittleEndian(header[22..], (ushort)Channels);
        BinaryPrimitives.WriteUInt32LittleEndian(header[24..], (uint)SampleRate);
        BinaryPrimitives.WriteUInt32LittleEndian(header[28..], (uint)(SampleRate * Channels * bits / 8));
        BinaryPrimitives.WriteUInt16LittleEndian(header[32..], (ushort)Math.Max(1, Channels * bits / 8));
        BinaryPrimitives.WriteUInt16LittleEndian(header[34..], (ushort)bits);
        if (_encoder is not null)
        {
            "fact"u8.CopyTo(header[38..]);
            BinaryPrimitives.WriteUInt32LittleEndian(header[42..], 4);
        }

        "data"u8.CopyTo(header[(_headerBytes - 8)..]);
        _stream.Write(header);
    }
}
