using Parley.Contracts.Voice;
using Parley.Contracts.Voice.Commands;
using Parley.Contracts.Voice.Events;
using Parley.Contracts.Voice.Options;
using Parley.Media.Files;
using Parley.Server.Voice.Sessions;
using Parley.Server.Voice.Streaming;

namespace Parley.Server.Voice.Sound;

/// <summary>A session's recording: left what is heard, right all that is said. Its owner's mailbox runs everything here but <see cref="StopAsync"/>'s waiting.</summary>
/// <param name="context">The session.</param>
internal sealed class SessionRecorder(SessionContext context)
{
    // A file is closed within milliseconds, or its disk is gone.
    private static readonly TimeSpan Closing = TimeSpan.FromSeconds(5);

    // Milliseconds between writes: below, a disk is kept busy for nothing; above, too much is lost with the process.
    private const int LeastWrite = 20, MostWrite = 10_000;

    private WavRecorder? _recorder;
    private IAsyncDisposable? _recording;
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);
    private string _file = "";

    /// <summary>Whether it records.</summary>
    public bool IsOn => _recorder is not null;

    /// <summary>Does what a command says.</summary>
    /// <param name="command">The command.</param>
    /// <param name="line">What to record.</param>
    public void Do(RecordCommand command, IVoiceLine line)
    {
        var problems = new List<VoiceProblem>();
        switch (command.Action?.ToLowerInvariant())
        {
            case null or "" or "start": TryStart(line, command.Recorder ?? new(), "recorder", problems); break;
            case "stop" when IsOn: context.Begin("record", StopAsync); break;
            case "stop": context.Fail("record", "Nothing is recorded."); break;
            case "pause": context.Try("record", Pause); break;
            case "resume": context.Try("record", Resume); break;
            default: context.Fail("record", $"action: '{command.Action}' is none; there are start, pause, resume and stop."); break;
        }

        context.Complain("record", problems);
    }

    /// <summary>Begins, if it can.</summary>
    /// <param name="line">What to record.</param>
    /// <param name="option">Where and how.</param>
    /// <param name="field">Where that comes from.</param>
    /// <param name="problems">Takes what cannot be honoured, and why it cannot begin.</param>
    public void TryStart(IVoiceLine line, RecorderOption option, string field, List<VoiceProblem> problems)
    {
        if (SessionContext.WhyNot(() => Start(line, option, problems)) is { } why)
            problems.Add(new(field, why));
    }

    /// <summary>Ends it; completes when the file is whole, or its disk has failed or hangs: that does not keep the end of the call.</summary>
    public async Task EndAsync()
    {
        try
        {
            await StopAsync().WaitAsync(Closing, context.Core.Options.Time);
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            // Told when the disk failed.
        }
    }

    /// <summary>Begins.</summary>
    /// <param name="line">What to record.</param>
    /// <param name="option">Where and how.</param>
    /// <param name="problems">Takes what cannot be honoured; it is recorded otherwise.</param>
    /// <exception cref="InvalidOperationException">It is recorded already.</exception>
    /// <exception cref="ArgumentException">Nothing may be recorded there.</exception>
    /// <exception cref="IOException">The file cannot be made.</exception>
    private void Start(IVoiceLine line, RecorderOption option, List<VoiceProblem> problems)
    {
        if (_recorder is not null)
            throw new InvalidOperationException("The call is recorded already.");
        var file = Unused(context.Core.Sounds.Recording(option.RecorderFile, context.Id));
        var options = Options(option, problems);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            _recorder = WavRecorder.Create(file, options);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException(e.Message, e);
        }

        _file = context.Core.Sounds.NameOf(file);
        _recording = line.Record(_recorder);
        Tell("started", _recorder);
        _ = WatchAsync(_recorder);
    }

    /// <summary>Records silence until <see cref="Resume"/>.</summary>
    /// <exception cref="InvalidOperationException">Nothing is recorded, or it is paused already.</exception>
    private void Pause()
    {
        var recorder = Running();
        if (recorder.IsPaused)
            throw new InvalidOperationException("The recording is paused already.");
        recorder.Pause();
        Tell("paused", recorder);
    }

    /// <summary>Records again.</summary>
    /// <exception cref="InvalidOperationException">Nothing is recorded, or it is not paused.</exception>
    private void Resume()
    {
        var recorder = Running();
        if (!recorder.IsPaused)
            throw new InvalidOperationException("The recording is not paused.");
        recorder.Resume();
        Tell("resumed", recorder);
    }

    /// <summary>Ends it; completes when the file is whole and that has been told. Does nothing when there is none.</summary>
    /// <exception cref="IOException">The file could not be written to its end.</exception>
    public async Task StopAsync()
    {
        if (_recorder is not { } recorder || _recording is not { } recording)
            return;
        (_recorder, _recording) = (null, null);
        try
        {
            await recording.DisposeAsync();
            await recorder.DisposeAsync();
        }
        finally
        {
            Tell("stopped", recorder);
        }

        if (recorder.DroppedSamples > 0)
            Fail($"{1000 * recorder.DroppedSamples / recorder.SampleRate} ms were lost: the disk was too slow.");
    }

    // A session's second recording does not take the place of its first: NAME-2.wav.
    private string Unused(string file)
    {
        var name = file;
        for (var i = 2; !_used.Add(name); i++)
            name = Path.Combine(Path.GetDirectoryName(file)!, $"{Path.GetFileNameWithoutExtension(file)}-{i}{Path.GetExtension(file)}");
        return name;
    }

    /// <exception cref="InvalidOperationException">Nothing is recorded.</exception>
    private WavRecorder Running() => _recorder ?? throw new InvalidOperationException("Nothing is recorded.");

    // A disk that fails is told of when it does, not when the call ends.
    private async Task WatchAsync(WavRecorder recorder)
    {
        await recorder.Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (recorder.Completion.Exception is { } error)
            Fail(error.GetBaseException().Message);
    }

    private void Tell(string state, WavRecorder recorder) =>
        Tell(new RecordEvent { TrackId = context.Id, State = state, File = _file, Duration = (long)recorder.Length.TotalMilliseconds });

    private void Fail(string error) => Tell(new ErrorEvent { TrackId = context.Id, Sender = "record", Error = error });

    // From the disk's threads, too.
    private void Tell(VoiceEvent happened) => context.Post(() => context.Tell(happened));

    private WavRecorderOptions Options(RecorderOption option, List<VoiceProblem> problems)
    {
        var (encoding, fixedRate) = option.Format?.ToLowerInvariant() switch
        {
            null or "" or "wav" or "pcm" => (WavEncoding.Pcm16, (int?)null),
            "pcmu" => (WavEncoding.MuLaw, 8000),
            "pcma" => (WavEncoding.ALaw, 8000),
            "g722" => (WavEncoding.G722, 16000),
            var other => (WavEncoding.Pcm16, Unknown(other)),
        };
        var rate = option.Samplerate is null or 0 ? fixedRate ?? 16000 : option.Samplerate.Value;
        if (fixedRate is { } needed && rate != needed)
        {
            problems.Add(new("recorder.samplerate", $"{option.Format} has {needed} samples per second; it is recorded so."));
            rate = needed;
        }
        else if (rate is < 8000 or > 48000)
        {
            problems.Add(new("recorder.samplerate", $"must be 8000 to 48000, not {rate}; 16000 is taken."));
            rate = 16000;
        }

        var write = option.Ptime is null or 0 ? 200 : option.Ptime.Value;
        if (write is < LeastWrite or > MostWrite)
        {
            problems.Add(new("recorder.ptime", $"must be {LeastWrite} to {MostWrite} ms, not {write}; 200 is taken."));
            write = 200;
        }

        return new()
        {
            Encoding = encoding,
            SampleRate = rate,
            Layout = encoding == WavEncoding.G722 ? RecordingLayout.Mono : RecordingLayout.Stereo,
            FlushInterval = TimeSpan.FromMilliseconds(write),
            Queue = TimeSpan.FromMilliseconds(write) + TimeSpan.FromSeconds(4),
            Time = context.Core.Options.Time,
        };

        int? Unknown(string format)
        {
            problems.Add(new("recorder.format", $"'{format}' is none; there are wav, pcm, pcmu, pcma and g722. It is wav."));
            return null;
        }
    }
}
