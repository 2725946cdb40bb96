using Parley.Media.Audio;
using Parley.Media.Files;
using Parley.Media.Playback;
using Parley.Media.Recording;
using Parley.Media.Rtp;

namespace Parley.Media.Engine;

/// <content>What applications do with a stream.</content>
public sealed partial class AudioStream
{
    /// <summary>Plays a source into the call. Several play at once, added up. A sample rate other than the codec's is converted.</summary>
    /// <param name="source">Read on the media lane from now on, by this playback only.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <returns>The handle to control it; its <see cref="AudioPlayback.Completion"/> tells how it ended.</returns>
    public AudioPlayback Play(IAudioSource source, PlaybackOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        var playback = new AudioPlayback(this, source, options ?? new());
        OnLane(() => Attach(playback.Input));
        return playback;
    }

    /// <summary>Passes what is heard to a sink, frame by frame, silence included, until the result is disposed of or the stream ends.</summary>
    /// <param name="sink">Called on the media lane; one that throws is taken off. Its sample rate is converted to.</param>
    public IDisposable Listen(IAudioSink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        var port = new SinkPort(sink);
        OnLane(() => Attach(port));
        return new Attachment(() => OnLane(() => Detach(port)));
    }

    /// <summary>Opens what is heard as PCM to be read. Nothing is decoded for it before or after.</summary>
    public AudioReader OpenReader(AudioReaderOptions? options = null)
    {
        var reader = new AudioReader(this, options ?? new());
        OnLane(() => Attach(reader.Port));
        return reader;
    }

    /// <summary>Opens what is heard as the codec's payloads, in order and without duplicates, without decoding them.</summary>
    public EncodedReader OpenEncodedReader()
    {
        var reader = new EncodedReader(this);
        OnLane(() => Attach(reader.Tap));
        return reader;
    }

    /// <summary>Opens a queue of PCM to be sent at the pace of the media clock, added to whatever else plays.</summary>
    public AudioWriter OpenWriter(AudioWriterOptions? options = null)
    {
        var writer = new AudioWriter(this, options ?? new());
        OnLane(() => Attach(writer.Input));
        return writer;
    }

    /// <summary>Opens a queue of ready payloads of the negotiated codec, one packet each, sent while nothing else plays.</summary>
    /// <exception cref="InvalidOperationException">Another is open, or the stream has ended: reported by the first write.</exception>
    public EncodedWriter OpenEncodedWriter()
    {
        var writer = new EncodedWriter(this);
        OnLane(() => writer.Opened(TryAttach(writer)));
        return writer;
    }

    /// <summary>Sends everything heard back, through jitter buffer, decoder and encoder, until the result is disposed of.</summary>
    public IDisposable Echo()
    {
        OnLane(AttachEcho);
        return new Attachment(() => OnLane(DetachEcho));
    }

    /// <summary>
    /// Records both directions until the result is disposed of or the stream ends: left what is heard, right what is sent, aligned by the media clock,
    /// silence where there is nothing.
    /// </summary>
    /// <param name="sink">Called on the media lane. It is not disposed of with the recording unless <paramref name="leaveOpen"/> is false and it can be.</param>
    /// <param name="leaveOpen">False (default) disposes of the sink, and so flushes it, when the recording ends.</param>
    public AudioRecording Record(IStereoSink sink, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(sink);
        var recording = new AudioRecording(this, sink, leaveOpen);
        OnLane(() =>
        {
            Attach(recording.Port);
            _relay?.Remap();
        });
        return recording;
    }

    /// <summary>Records both directions into a WAV file until the result is disposed of or the stream ends; left is what is heard.</summary>
    /// <param name="recorder">Flushed and closed when the recording ends, unless <paramref name="leaveOpen"/>.</param>
    /// <param name="leaveOpen">True leaves the recorder open. Default false.</param>
    public AudioRecording Record(WavRecorder recorder, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(recorder);
        return Record(new WavStereoSink(recorder), leaveOpen);
    }

    /// <summary>Waits until the far end has been quiet for a while; silence before its first word counts.</summary>
    /// <param name="duration">How long, at least 20 ms.</param>
    /// <param name="thresholdDbov">Level below which it counts as quiet, RMS of a frame. Default -50 dBov.</param>
    /// <param name="cancel">Ends the waiting.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> fired, or the stream ended first.</exception>
    public async Task WaitForSilenceAsync(TimeSpan duration, double thresholdDbov = -50, CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.FromMilliseconds(20));
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, Ended);
        var silent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var listening = Listen(new SilenceDetector(Codec?.SampleRate ?? 8000, duration, thresholdDbov, () => silent.TrySetResult()));
        await silent.Task.WaitAsync(either.Token).ConfigureAwait(false);
    }

    /// <summary>Listens for DTMF tones in the audio, for peers that send no telephone events, until the result is disposed of; <see cref="Digits"/> gives what it hears.</summary>
    public IDisposable DetectTones() => Listen(new DtmfDetector(
        Math.Max(8000, Codec?.SampleRate ?? 8000), symbol => Pressed(new(symbol, TimeSpan.Zero, DtmfSource.InBand))));

    /// <summary>
    /// Sends digits: as telephone events, or, when those were not negotiated or <see cref="DtmfOptions.InBand"/> asks for it, as tones in the audio. Completes
    /// when the last digit and its gap are over.
    /// </summary>
    /// <param name="digits">0–9, *, #, A–D in either case.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="cancel">Ends the waiting; digits already queued are sent.</param>
    /// <exception cref="ArgumentException">A character is no digit, or an option is out of range.</exception>
    /// <exception cref="InvalidOperationException">The stream does not send now: not negotiated, on hold, or switched off.</exception>
    public Task SendDigitsAsync(string digits, DtmfOptions? options = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(digits);
        options ??= new();
        options.Validate();
        foreach (var digit in digits)
        {
            if (TelephoneEventPayload.CodeOf(digit) < 0)
                throw new ArgumentException($"'{digit}' is no DTMF digit; 0-9, *, # and A-D are.", nameof(digits));
        }

        if (digits.Length == 0)
            return Task.CompletedTask;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        OnLane(() => QueueDigits(digits, options, done));
        return done.Task.WaitAsync(cancel);
    }

    private void QueueDigits(string digits, DtmfOptions options, TaskCompletionSource done)
    {
        if (!CanSend)
        {
            done.SetException(new InvalidOperationException("The stream does not send now: it is not negotiated, on hold, or switched off."));
            return;
        }

        if (options.InBand || _format.Audio.TelephoneEventPayloadType is null)
        {
            var tones = DtmfTones.Generate(digits, _format.Codec.SampleRate, options.Duration, options.Gap, -options.Volume);
            Attach(new MixInput(new AudioClipSource(tones, tones.SampleRate), (_, _) => done.TrySetResult()));
            return;
        }

        _digits.Add(digits, options, done);
        Attached();
    }

    private sealed class Attachment(Action detach) : IDisposable
    {
        private int _disposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 0)
                detach();
        }
    }
}
