namespace Parley.Media.Files;

/// <summary>Reads what libsndfile decodes. Not for two threads at once.</summary>
internal sealed class SoundFileReader : IAudioDecoder
{
    // Half a second at 8 kHz, and little enough that a limit is noticed soon after it is passed.
    private const int BlockFrames = 4096;

    private readonly SoundFileInput _input;
    private readonly SoundFileHandle _file;
    private readonly Stream? _owned;
    private readonly AudioFileLimits _limits;
    private readonly LibSndFile.Info _info;
    private readonly string _format;
    private readonly float[] _work;
    private long _taken;

    private SoundFileReader(SoundFileInput input, SoundFileHandle file, LibSndFile.Info info, string format, Stream? owned, AudioFileLimits limits)
    {
        (_input, _file, _info, _format, _owned, _limits) = (input, file, info, format, owned, limits);
        _work = new float[BlockFrames * info.Channels];
    }

    public int SampleRate => _info.SampleRate;

    public int MaxSamples => BlockFrames;

    // As it is decoded, whatever it was before: that is what memory and time go by.
    public int SampleBytes => sizeof(short);

    public long? Length => _info.Frames is > 0 and < LibSndFile.UnknownFrames / sizeof(short) ? _info.Frames * sizeof(short) : null;

    /// <summary>Reads the beginning. What cannot be read again, as a download, is taken in whole before.</summary>
    /// <exception cref="AudioFormatException">The library cannot decode it, or it is too much.</exception>
    public static async ValueTask<SoundFileReader> OpenAsync(
        SoundFileLibrary library, string format, StreamStart start, bool leaveOpen, AudioFileLimits limits, CancellationToken ct)
    {
        var stream = start.Stream;
        if (stream.CanSeek)
        {
            stream.Position -= start.Length;
            return Open(library, format, stream, leaveOpen ? null : stream, limits, ct);
        }
        var most = (int)Math.Min(limits.MaxEncodedBytes + 1L, Array.MaxLength);
        do
        {
            if (start.Length > limits.MaxEncodedBytes)
                throw new AudioFormatException($"This is {format} of more than {limits.MaxEncodedBytes} bytes, and all of it has to come before it plays.");
        }
        while (await start.MoreAsync(most, ct).ConfigureAwait(false));
        var reader = Open(library, format, start.ToMemory(), null, limits, ct);
        if (!leaveOpen) await stream.DisposeAsync().ConfigureAwait(false); // a connection need not wait until all is heard
        return reader;
    }

    public ValueTask<int> ReadAsync(Memory<short> mono, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _input.Cancellation = cancellationToken;
        var frames = Decode();
        ThrowIfBroken(_input, cancellationToken);
        // A file cut short or damaged plays as far as it goes; one that gives nothing at all is an error.
        if (frames == 0 && _taken == 0 && LibSndFile.Error(_file) is not 0 and var error)
            throw new AudioFormatException($"None of this {_format} can be decoded: {SoundFileLibrary.TextOf(error)}.");
        ToMono(_work.AsSpan(0, frames * _info.Channels), mono.Span);
        _taken += frames * sizeof(short);
        return _taken > _limits.MaxStreamBytes
            ? throw new AudioFormatException($"More than {_limits.MaxStreamBytes} bytes of audio.")
            : ValueTask.FromResult(frames);
    }

    public ValueTask DisposeAsync()
    {
        _file.Dispose();
        return _owned?.DisposeAsync() ?? default;
    }

    private static SoundFileReader Open(
        SoundFileLibrary library, string format, Stream stream, Stream? owned, AudioFileLimits limits, CancellationToken ct)
    {
        var input = new SoundFileInput(stream) { Cancellation = ct };
        var opened = library.TryOpen(input, out var file, out var info, out var error);
        try
        {
            ThrowIfBroken(input, ct);
            if (!opened) throw new AudioFormatException($"This is {format}, but {error}.");
            if (info.Channels is not (1 or 2))
                throw new AudioFormatException($"This is {format} with {info.Channels} channels, which is not played; mono and stereo are.");
            if (info.SampleRate is < 4000 or > 192_000)
                throw new AudioFormatException($"This is {format} with {info.SampleRate} samples per second, which is not played; 4000 to 192000 are.");
            return new(input, file!, info, format, owned, limits);
        }
        catch
        {
            file?.Dispose();
            throw;
        }
    }

    private unsafe int Decode()
    {
        fixed (float* work = _work) return (int)Math.Max(LibSndFile.ReadFrames(_file, work, BlockFrames), 0);
    }

    private static void ThrowIfBroken(SoundFileInput input, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        if (input.Fault is { } fault) throw new IOException($"The audio cannot be read: {fault.Message}", fault);
    }

    // Lossy codecs overshoot full scale, so every sample is clamped; what is no number becomes silence.
    private void ToMono(ReadOnlySpan<float> frames, Span<short> mono)
    {
        if (_info.Channels == 1)
        {
            for (var i = 0; i < frames.Length; i++) mono[i] = Sample(frames[i]);
        }
        else
        {
            for (var i = 0; i < frames.Length / 2; i++) mono[i] = Sample((frames[2 * i] + frames[(2 * i) + 1]) / 2);
        }

        static short Sample(float value) => (short)Math.Clamp(MathF.Round(value * 32768), short.MinValue, short.MaxValue);
    }
}
