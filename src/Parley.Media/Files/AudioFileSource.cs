using Parley.Media.Audio;

namespace Parley.Media.Files;

/// <summary>
/// Plays a recording while it is still being read and decoded: what <see cref="AudioFile"/> loads. A background task reads ahead into a bounded ring;
/// <see cref="Read"/> only copies out of it, so a slow disk or network makes a pause in the audio and never holds a media lane. Owns the stream.
/// </summary>
public sealed class AudioFileSource : IAudioSource, IAsyncDisposable
{
    private readonly IAudioDecoder _decoder;
    private readonly PcmRing _ring;
    private readonly TimeSpan _timeout;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _room = new(0, 1);
    private int _waitingForRoom;
    private volatile bool _complete;

    private AudioFileSource(IAudioDecoder decoder, AudioFileLimits limits)
    {
        _decoder = decoder;
        _timeout = limits.Timeout;
        var ahead = (int)Math.Min(limits.ReadAhead.TotalSeconds * decoder.SampleRate, 1 << 24);
        _ring = new PcmRing(Math.Max(ahead, decoder.MaxSamples));
        Completion = Task.Run(FillAsync);
    }

    /// <inheritdoc/>
    public int SampleRate => _decoder.SampleRate;

    /// <inheritdoc/>
    public bool Ended => _complete && _ring.Count == 0;

    /// <summary>
    /// Ends when the stream has been read to its end or the source was disposed. Faults with what went wrong: an
    /// <see cref="IOException"/> of the stream, a <see cref="AudioFormatException"/>, a <see cref="TimeoutException"/> when nothing
    /// came for <see cref="AudioFileLimits.Timeout"/>. Audio that came before is still played.
    /// </summary>
    public Task Completion { get; }

    /// <summary>Samples ready to be read.</summary>
    public int Buffered => _ring.Count;

    /// <summary>
    /// Reads the header and starts reading ahead. WAV plays as it comes; anything else from a stream that cannot seek is taken in whole before
    /// (<see cref="AudioFileLimits.MaxEncodedBytes"/>).
    /// </summary>
    /// <param name="stream">The audio from its first byte; disposed with the source, or at once when this throws.</param>
    /// <param name="limits">How much is taken in; <see cref="AudioFileLimits.Default"/> when null.</param>
    /// <param name="cancellationToken">Gives up waiting for the header.</param>
    /// <exception cref="AudioFormatException">It is no audio that can be played here.</exception>
    /// <exception cref="TimeoutException">It did not come within <see cref="AudioFileLimits.Timeout"/>.</exception>
    public static async Task<AudioFileSource> OpenAsync(
        Stream stream, AudioFileLimits? limits = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        limits ??= AudioFileLimits.Default;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(limits.Timeout);
        try
        {
            return new(await AudioDecoders.Default.OpenAsync(stream, leaveOpen: false, limits, patience.Token).ConfigureAwait(false), limits);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw new TimeoutException($"The audio did not begin within {limits.Timeout.TotalSeconds:0.#} s; what is no WAV has to come whole before it does.");
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Opens a file for playing while it is read.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="limits">How much is taken in; <see cref="AudioFileLimits.Default"/> when null.</param>
    /// <param name="cancellationToken">Gives up waiting for the header.</param>
    /// <exception cref="AudioFormatException">It is no audio that can be played here.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static async Task<AudioFileSource> OpenAsync(string path, AudioFileLimits? limits = null, CancellationToken cancellationToken = default)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1, FileOptions.Asynchronous | FileOptions.SequentialScan);
        try
        {
            return await OpenAsync(file, limits, cancellationToken).ConfigureAwait(false);
        }
        catch (AudioFormatException e)
        {
            throw e.Of(Path.GetFileName(path));
        }
    }

    /// <inheritdoc/>
    public int Read(Span<short> pcm)
    {
        var read = _ring.Read(pcm);
        // Woken at half empty, so about once a second and not once a frame. A flag set in this very moment may be missed; the
        // next frame sees it.
        if (_ring.Count <= _ring.Capacity / 2 && Volatile.Read(ref _waitingForRoom) == 1 && Interlocked.Exchange(ref _waitingForRoom, 0) == 1)
            _room.Release();
        return read;
    }

    /// <summary>Stops reading ahead and closes the stream.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _decoder.DisposeAsync().ConfigureAwait(false);
        _room.Dispose();
        _stop.Dispose();
    }

    private async Task FillAsync()
    {
        var mono = new short[_decoder.MaxSamples];
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        try
        {
            while (true)
            {
                patience.CancelAfter(_timeout);
                var count = await _decoder.ReadAsync(mono, patience.Token).ConfigureAwait(false);
                patience.CancelAfter(Timeout.InfiniteTimeSpan); // waiting for room is not the stream's fault
                if (count == 0) return;
                await WriteAsync(mono.AsMemory(0, count)).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Disposed: the end that was asked for.
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"The audio stalled: nothing came for {_timeout.TotalSeconds:0.#} s.");
        }
        finally
        {
            _complete = true;
        }
    }

    private async ValueTask WriteAsync(ReadOnlyMemory<short> pcm)
    {
        while (true)
        {
            pcm = pcm[_ring.Write(pcm.Span)..];
            if (pcm.IsEmpty) return;
            Volatile.Write(ref _waitingForRoom, 1);
            // The reader may have made room between the write and the flag; then nobody else will raise it.
            if (_ring.Count <= _ring.Capacity / 2 && Interlocked.Exchange(ref _waitingForRoom, 0) == 1) continue;
            await _room.WaitAsync(_stop.Token).ConfigureAwait(false);
        }
    }
}
