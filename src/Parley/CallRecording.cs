using Parley.Media.Files;
using Parley.Media.Recording;

namespace Parley;

/// <summary>A running recording of a call. Dispose it to flush and close the file; the end of the call does so too.</summary>
public sealed class CallRecording : IAsyncDisposable
{
    private readonly AudioRecording _recording;
    private readonly WavRecorder _writer;

    internal CallRecording(AudioRecording recording, WavRecorder writer, string file)
    {
        _recording = recording;
        _writer = writer;
        File = file;
    }

    internal static CallRecording Start(Media.Engine.AudioStream audio, string file, WavRecorderOptions? options)
    {
        options ??= new();
        if (options.SampleRate == 0)
            options = options with { SampleRate = audio.Codec?.SampleRate ?? 8000 };
        var writer = WavRecorder.Create(file, options);
        return new CallRecording(audio.Record(writer), writer, file);
    }

    /// <summary>The file's path.</summary>
    public string File { get; }

    /// <summary>Whether it is paused.</summary>
    public bool IsPaused => _writer.IsPaused;

    /// <summary>Records silence instead of both sides until <see cref="Resume"/>, as while a card number is said; what follows stays at its time.</summary>
    public void Pause() => _writer.Pause();

    /// <summary>Ends <see cref="Pause"/>.</summary>
    public void Resume() => _writer.Resume();

    /// <summary>Audio recorded so far.</summary>
    public TimeSpan Length => _recording.Length;

    /// <summary>Completes when the file is whole and closed; fails when it could not be written.</summary>
    public Task Completion => _writer.Completion;

    /// <summary>Ends the recording; the file is whole and closed when this returns.</summary>
    /// <exception cref="IOException">It could not be written to the end.</exception>
    public async ValueTask DisposeAsync()
    {
        await _recording.DisposeAsync().ConfigureAwait(false);
        await _writer.DisposeAsync().ConfigureAwait(false);
    }
}
