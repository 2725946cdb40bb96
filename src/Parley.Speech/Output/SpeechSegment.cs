using System.Buffers;
using System.Runtime.CompilerServices;
using Parley.Media.Audio;
using Parley.Media.Playback;

namespace Parley.Speech.Output;

/// <summary>
/// A piece of text and its audio. One writes (a synthesiser's task), the media lane reads; a queue of chunks between them needs no lock, since each side moves only
/// its own position.
/// </summary>
public sealed class SpeechSegment
{
    private const int ChunkSamples = 2048; // a size the pool has

    private readonly Lock _gate = new(); // text and marks; never taken by the lane
    private readonly List<(int Position, TimeSpan At)> _marks = [];
    private readonly CancellationToken _stopped;
    private readonly long _maxBuffered;
    private readonly long _wakeBelow; // an eighth or a chunk less: a writer is not woken for every frame that is heard
    private readonly int _prebuffer;
    private readonly int _sampleRate;
    private readonly TaskCompletionSource _heard = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string _text;
    private Resampler? _resampler;
    private short[] _converted = [];
    private Chunk _writing = new();
    private Chunk _reading;
    private Chunk? _spare; // heard, for the writer to use again
    private int _readAt;
    private long _received;
    private long _played;
    private volatile bool _complete;
    private readonly AsyncSignal _room = new();
    private volatile bool _full; // a writer waits
    private bool _flowing;

    internal SpeechSegment(string text, bool streaming, int sampleRate, LayeredOutputOptions options, CancellationToken stopped)
    {
        _text = text;
        Streaming = streaming;
        _sampleRate = sampleRate;
        _maxBuffered = (long)(options.MaxBufferedSpeech.TotalSeconds * sampleRate);
        _wakeBelow = _maxBuffered - Math.Min(ChunkSamples, _maxBuffered / 8);
        _prebuffer = (int)(options.Prebuffer.TotalSeconds * sampleRate);
        _stopped = stopped;
        _reading = _writing;
    }

    /// <summary>All of its text so far.</summary>
    public string Text
    {
        get
        {
            lock (_gate) return _text;
        }
    }

    /// <summary>Whether its text comes in pieces.</summary>
    public bool Streaming { get; }

    /// <summary>Audio received for it.</summary>
    public TimeSpan Received => Time(Volatile.Read(ref _received));

    /// <summary>Audio of it that has been heard.</summary>
    public TimeSpan Played => Time(PlayedSamples);

    /// <summary>Whether all of its audio has come.</summary>
    public bool IsComplete => _complete;

    /// <summary>Completes when it has been heard to its end, and is cancelled when its layer is stopped before.</summary>
    public Task WhenHeard => _heard.Task.WaitAsync(_stopped);

    internal long PlayedSamples => Volatile.Read(ref _played);

    internal bool IsDrained => _complete && PlayedSamples == Volatile.Read(ref _received);

    /// <summary>Appends text whose audio follows.</summary>
    /// <param name="text">The text.</param>
    public void AddText(string text)
    {
        lock (_gate) _text += text;
    }

    /// <summary>Notes when a word begins, as synthesisers with subtitles tell.</summary>
    /// <param name="position">Characters before the word.</param>
    /// <param name="at">Time within the segment's audio.</param>
    public void AddMark(int position, TimeSpan at)
    {
        lock (_gate) _marks.Add((position, at));
    }

    /// <summary>Appends audio, waiting while too much of it has not been heard. One writer at a time.</summary>
    /// <param name="pcm">Mono samples.</param>
    /// <param name="sampleRate">Their rate; converted if it is not the output's.</param>
    /// <param name="cancel">Ends the waiting.</param>
    /// <returns>False when the layer has been stopped: nothing more will be heard.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> fired.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> WriteAsync(ReadOnlyMemory<short> pcm, int sampleRate, CancellationToken cancel = default)
    {
        if (sampleRate != _sampleRate) pcm = Convert(pcm.Span, sampleRate);
        if (_received - PlayedSamples >= _maxBuffered) await WaitForRoomAsync(cancel).ConfigureAwait(false);
        if (_stopped.IsCancellationRequested) return false;
        Append(pcm.Span);
        return true;
    }

    /// <summary>Says that all of its audio has come.</summary>
    public void Complete() => _complete = true;

    /// <summary>On the lane: gives as much as there is.</summary>
    internal int Read(Span<short> pcm)
    {
        var available = Volatile.Read(ref _received) - _played;
        if (!_flowing && !_complete && available < _prebuffer) return 0;
        _flowing = available > 0; // run dry, it waits for the prebuffer again
        var count = (int)Math.Min(pcm.Length, available);
        for (var done = 0; done < count;)
        {
            if (_readAt == ChunkSamples)
            {
                // The writer is in the next one already, and nobody else reads. It keeps nothing alive: an old one that is dead would make collections keep all behind it.
                var heard = _reading;
                _reading = heard.Next!;
                _readAt = 0;
                heard.Next = null;
                if (Interlocked.Exchange(ref _spare, heard) is { } unused) ArrayPool<short>.Shared.Return(unused.Samples);
            }

            var part = Math.Min(count - done, ChunkSamples - _readAt);
            _reading.Samples.AsSpan(_readAt, part).CopyTo(pcm[done..]);
            _readAt += part;
            done += part;
        }

        Volatile.Write(ref _played, _played + count);
        if (_full && Volatile.Read(ref _received) - _played <= _wakeBelow) _room.Set();
        return count;
    }

    internal void Heard() => _heard.TrySetResult();

    /// <summary>How many characters have been heard: by the marks, or in proportion to the audio.</summary>
    internal int HeardPosition()
    {
        var (played, received, complete) = (Played, Received, _complete);
        lock (_gate)
        {
            if (complete && played >= received) return _text.Length;
            if (_marks.Count == 0) return SpokenText.Position(_text, played, received, complete);
            var position = 0;
            foreach (var mark in _marks)
            {
                if (mark.At >= played) break;
                position = mark.Position;
            }

            return Math.Min(position, _text.Length);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WaitForRoomAsync(CancellationToken cancel)
    {
        using var cancelled = cancel.UnsafeRegister(static room => ((AsyncSignal)room!).Set(), _room);
        using var stopped = _stopped.UnsafeRegister(static room => ((AsyncSignal)room!).Set(), _room);
        _full = true;
        while (_received - PlayedSamples >= _maxBuffered && !_stopped.IsCancellationRequested)
        {
            cancel.ThrowIfCancellationRequested();
            await _room.WaitAsync().ConfigureAwait(false);
        }

        _full = false;
    }

    private void Append(ReadOnlySpan<short> pcm)
    {
        var at = (int)(_received % ChunkSamples);
        while (!pcm.IsEmpty)
        {
            if (at == 0 && _received > 0)
            {
                _writing = _writing.Next = Interlocked.Exchange(ref _spare, null) ?? new();
            }

            var part = Math.Min(pcm.Length, ChunkSamples - at);
            pcm[..part].CopyTo(_writing.Samples.AsSpan(at));
            pcm = pcm[part..];
            at = (at + part) % ChunkSamples;
            Volatile.Write(ref _received, _received + part); // publishes the samples, and the chunk they are in
        }
    }

    private ReadOnlyMemory<short> Convert(ReadOnlySpan<short> pcm, int sampleRate)
    {
        if (_resampler is null || _resampler.InputRate != sampleRate) _resampler = new(sampleRate, _sampleRate);
        if (_converted.Length < _resampler.MaxOutput(pcm.Length)) _converted = new short[_resampler.MaxOutput(pcm.Length)];
        return _converted.AsMemory(0, _resampler.Process(pcm, _converted));
    }

    private TimeSpan Time(long samples) => TimeSpan.FromTicks(samples * TimeSpan.TicksPerSecond / _sampleRate);

    private sealed class Chunk
    {
        /// <summary>Of the pool; what is never heard is the collector's.</summary>
        public readonly short[] Samples = ArrayPool<short>.Shared.Rent(ChunkSamples);

        public Chunk? Next { get; set; }
    }
}
