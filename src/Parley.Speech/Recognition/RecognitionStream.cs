using System.Collections.Concurrent;
using Parley.Media.Audio;
using Parley.Media.Playback;
using Parley.Speech.Activity;
using Parley.Speech.Vendors;

namespace Parley.Speech.Recognition;

/// <summary>
/// One call's recognition: takes audio from the media lane without ever waiting, and keeps a connection to a vendor, reconnecting, resending what no final text covers,
/// and going on to the next vendor when one fails. Each failure is one <see cref="SpeechProblem"/>; the stream goes on until it is disposed of.
/// </summary>
public sealed class RecognitionStream : IAudioSink, IAsyncDisposable
{
    private const int MaxChanges = 64; // of voice activity, for a vendor that is away: minutes of talk

    private static readonly TimeSpan s_keepAlive = TimeSpan.FromSeconds(5); // Deepgram closes after 10 s without anything
    private static readonly TimeSpan s_watch = TimeSpan.FromMilliseconds(200);

    private readonly IReadOnlyList<IRecogniser> _providers;
    private readonly RecognitionStreamOptions _options;
    private readonly Action<SpeechEvent> _onEvent;
    private readonly TimeProvider _time;
    private readonly AudioHistory _audio;
    private readonly AudioClock _clock;
    private readonly AsyncSignal _arrived = new();
    private readonly ConcurrentQueue<(long Position, VoiceActivityChange Change)> _changes = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private readonly int _packet;
    private long _confirmed;       // samples a final text covers
    private long _sent;            // samples the vendor of now was given
    private long _owedSince;       // timestamp at which somebody began to speak and the vendor has said nothing since; 0 for none
    private int _index;
    private int _texts;            // final ones so far
    private int _unsent;

    /// <summary>Begins to recognise; connects at once, unless <see cref="RecognitionStreamOptions.ConnectWithAudio"/>.</summary>
    /// <param name="providers">Vendors in the order of preference, one at least, all at one sample rate.</param>
    /// <param name="onEvent">Called with <see cref="TextRecognised"/>, <see cref="SpeechProblem"/> and <see cref="SpeechMetric"/>, on the thread pool.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="time">The clock; the system's when null.</param>
    /// <exception cref="ArgumentException">No provider, rates that differ, or an option that cannot be.</exception>
    public RecognitionStream(IReadOnlyList<IRecogniser> providers, Action<SpeechEvent> onEvent, RecognitionStreamOptions? options = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(providers);
        ArgumentNullException.ThrowIfNull(onEvent);
        if (providers.Count == 0) throw new ArgumentException("One recogniser at least is needed.", nameof(providers));
        if (providers.Any(one => one.SampleRate != providers[0].SampleRate)) throw new ArgumentException("All recognisers of a call must take the same sample rate.", nameof(providers));
        _options = options ?? new();
        _options.Validate();
        _providers = providers;
        _onEvent = onEvent;
        _time = time ?? TimeProvider.System;
        SampleRate = providers[0].SampleRate;
        _clock = new(_time, SampleRate);
        _audio = new((int)(_options.Buffer.TotalSeconds * SampleRate));
        _packet = (int)(_options.Packet.TotalSeconds * SampleRate);
        _running = Task.Run(RunAsync);
    }

    /// <inheritdoc/>
    public int SampleRate { get; }

    /// <summary>Samples no vendor was given, because none was there for longer than <see cref="RecognitionStreamOptions.Buffer"/>.</summary>
    public long Lost { get; private set; }

    /// <summary>Name of the vendor in use, or tried next.</summary>
    public string Provider => _providers[Volatile.Read(ref _index)].Name;

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<short> pcm)
    {
        _clock.Heard(pcm.Length);
        _audio.Write(pcm);
        _unsent += pcm.Length;
        if (_unsent < _packet) return;
        _unsent = 0;
        _arrived.Set();
    }

    /// <summary>Takes what the voice activity detector reports of the same audio, on the thread that writes.</summary>
    /// <param name="change">The change.</param>
    public void Heard(VoiceActivityChange change)
    {
        if (change.Kind == VoiceActivityKind.Silence) return;
        if (change.Kind == VoiceActivityKind.SpeechStarted) Interlocked.CompareExchange(ref _owedSince, _time.GetTimestamp(), 0);
        _changes.Enqueue((_audio.Written, change));
        if (_changes.Count > MaxChanges) _changes.TryDequeue(out _);
        _arrived.Set();
    }

    /// <summary>Says good-bye to the vendor and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _arrived.Set();
        await _running.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var failures = 0;
        var delay = _options.RetryDelay;
        while (_options.ConnectWithAudio && _audio.Written == 0 && !_stop.IsCancellationRequested)
            await _arrived.WaitAsync().ConfigureAwait(false);
        while (!_stop.IsCancellationRequested)
        {
            var provider = _providers[_index];
            var (connected, words) = (false, false);
            try
            {
                await ServeAsync(provider, () => connected = true, () => words = true).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error) // a vendor's side may be an application's code: whatever it throws is its failure, and the call goes on
            {
                if (words) (failures, delay) = (0, _options.RetryDelay); // it had worked
                failures++;
                Interlocked.Exchange(ref _owedSince, 0);
                var known = error as SpeechVendorException;
                Post(new SpeechProblem("asr", known?.Message ?? $"{provider.Name}: {error.GetType().Name}", known?.Code) { Provider = provider.Name, IsConnecting = !connected });
                if (_providers.Count > 1 && (known?.Failure == VendorFailure.Refused || failures >= _options.FailuresBeforeFallback))
                {
                    Volatile.Write(ref _index, (_index + 1) % _providers.Count);
                    failures = 0;
                    if (_index != 0) continue; // round again only after a wait
                }

                await Wait(known?.Failure == VendorFailure.Refused ? _options.MaxRetryDelay : delay).ConfigureAwait(false);
                delay = delay * 2 < _options.MaxRetryDelay ? delay * 2 : _options.MaxRetryDelay;
            }
        }
    }

    private async Task ServeAsync(IRecogniser provider, Action onConnected, Action onWords)
    {
        var connection = await provider.ConnectAsync(_stop.Token).ConfigureAwait(false);
        onConnected();
        await using (connection.ConfigureAwait(false))
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            var first = Math.Max(Volatile.Read(ref _confirmed), _audio.Oldest);
            Lost += first - Volatile.Read(ref _confirmed);
            Volatile.Write(ref _sent, first);
            Task[] tasks =
            [
                SendAsync(connection, first, either.Token),
                ReceiveAsync(provider, connection, first, onWords, either.Token),
                WatchAsync(provider, either.Token),
            ];
            var ended = await Task.WhenAny(tasks).ConfigureAwait(false);
            await either.CancelAsync().ConfigureAwait(false);
            _arrived.Set();
            foreach (var task in tasks)
                await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await ended.ConfigureAwait(false);
        }
    }

    /// <summary>Sends what comes; what has piled up four times as fast as it was spoken, since vendors refuse a flood.</summary>
    private async Task SendAsync(IRecogniserConnection connection, long position, CancellationToken cancel)
    {
        var packet = new short[_packet];
        var idle = _time.GetTimestamp();
        await using var woken = cancel.UnsafeRegister(static arrived => ((AsyncSignal)arrived!).Set(), _arrived).ConfigureAwait(false);
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            while (_changes.TryPeek(out var next) && next.Position <= position)
            {
                _changes.TryDequeue(out _);
                await connection.HeardAsync(next.Change, cancel).ConfigureAwait(false);
            }

            var behind = _audio.Written - position;
            if (behind >= _packet)
            {
                var at = _audio.Read(position, packet);
                Lost += at - position; // overwritten while the vendor took its time
                position = at + _packet;
                Volatile.Write(ref _sent, position);
                await connection.SendAsync(packet, cancel).ConfigureAwait(false);
                idle = _time.GetTimestamp();
                if (behind > 8 * _packet) await Task.Delay(_options.Packet / 4, _time, cancel).ConfigureAwait(false);
                continue;
            }

            if (_changes.TryPeek(out var waiting) && waiting.Position <= _audio.Written && waiting.Position - position < _packet)
            {
                // A change within a packet that is not full yet: tell it with what there is.
                _changes.TryDequeue(out _);
                await connection.HeardAsync(waiting.Change, cancel).ConfigureAwait(false);
                continue;
            }

            await _arrived.WaitAsync().ConfigureAwait(false);
            if (_time.GetElapsedTime(idle) < s_keepAlive) continue;
            await connection.SendAsync(ReadOnlyMemory<short>.Empty, cancel).ConfigureAwait(false);
            idle = _time.GetTimestamp();
        }
    }

    private async Task ReceiveAsync(IRecogniser provider, IRecogniserConnection connection, long first, Action onWords, CancellationToken cancel)
    {
        var connected = _time.GetTimestamp();
        var any = false;
        while (true)
        {
            var result = await connection.ReceiveAsync(cancel).ConfigureAwait(false);
            Interlocked.Exchange(ref _owedSince, 0);
            if (result.Text.Length == 0) continue;
            onWords();
            if (!any) Post(new SpeechMetric($"ttfb.asr.{provider.Name}", _time.GetElapsedTime(connected)));
            any = true;
            var now = Volatile.Read(ref _sent); // words without times cannot be of later than that
            var start = first + Samples(result.Start) ?? Math.Max(Volatile.Read(ref _confirmed), first);
            var end = Math.Max(start, Math.Min(first + Samples(result.End) ?? now, now));
            Post(new TextRecognised(_texts, result.Text, result.IsFinal, _clock.At(start), _clock.At(end), provider.Name) { Confidence = result.Confidence, TaskId = result.TaskId });
            if (!result.IsFinal) continue;
            var late = _time.GetUtcNow() - _clock.At(end);
            Post(new SpeechMetric($"completed.asr.{provider.Name}", late > TimeSpan.Zero ? late : TimeSpan.Zero) { TextIndex = _texts });
            _texts++;
            Volatile.Write(ref _confirmed, end);
        }
    }

    /// <summary>Throws when the vendor has owed an answer for too long; also wakes the sender for its keep-alives.</summary>
    private async Task WatchAsync(IRecogniser provider, CancellationToken cancel)
    {
        using var watch = new PeriodicTimer(s_watch, _time);
        while (await watch.WaitForNextTickAsync(cancel).ConfigureAwait(false))
        {
            _arrived.Set();
            var since = Interlocked.Read(ref _owedSince);
            if (since != 0 && _time.GetElapsedTime(since) >= _options.ResponseTimeout)
                throw new SpeechVendorException(provider.Name, VendorFailure.Timeout, $"no words within {_options.ResponseTimeout.TotalSeconds:0.#} s of somebody speaking");
        }
    }

    private async Task Wait(TimeSpan time) => await Task.Delay(time, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private void Post(SpeechEvent happened) => _onEvent(happened with { At = _time.GetUtcNow() });

    private long? Samples(TimeSpan? time) => time is { } known ? (long)(known.TotalSeconds * SampleRate) : null;
}
