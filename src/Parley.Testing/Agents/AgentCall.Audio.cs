using Parley.Media.Audio;
using Parley.Media.Engine;
using Parley.Media.Files;
using Parley.Media.Playback;
using Parley.Media.Recording;
using Parley.Media.Rtp;
using Parley.Testing.Audio;

namespace Parley.Testing.Agents;

/// <content>What it says and hears.</content>
public sealed partial class AgentCall
{
    private readonly Lock _audio = new();
    private readonly List<DtmfDigit> _digits = [];
    private AudioSpec _spec;
    private AudioStream? _stream;
    private AudioMonitor? _monitor;
    private AudioPlayback? _playback;
    private AudioRecording? _recording;

    /// <summary>What it hears; null without audio.</summary>
    internal AudioMonitor? Monitor => Volatile.Read(ref _monitor);

    /// <summary>Says something else from now on; what was said before ends.</summary>
    /// <exception cref="AgentException">The file cannot be played.</exception>
    public async Task SendAudioAsync(AudioSpec audio, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(audio);
        var source = await OpenAsync(audio, cancel).ConfigureAwait(false);
        lock (_audio)
        {
            _spec = audio;
            Play(source);
        }
    }

    /// <summary>Audio can flow: from here on it is heard, and something is said.</summary>
    internal async Task OpenAudioAsync()
    {
        AudioSpec spec;
        lock (_audio)
        {
            if (!TryListen())
                return;
            spec = _spec;
        }

        var source = await OpenAsync(spec, CancellationToken.None).ConfigureAwait(false);
        lock (_audio)
        {
            if (_playback is null)
                Play(source);
        }
    }

    /// <summary>The call is over: what was recorded is complete when this is.</summary>
    internal async Task CloseAudioAsync()
    {
        if (_recording is { } recording)
            await recording.Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private bool TryListen()
    {
        if (_stream is not null || !Underlying.HasAudio)
            return false;
        AudioStream stream;
        try
        {
            stream = Underlying.Audio;
        }
        catch (Exception e) when (e is CallEndedException or CallMediaException)
        {
            return false; // it ended in between
        }

        var monitor = new AudioMonitor(stream.Codec?.SampleRate ?? 8_000, _time);
        stream.Listen(monitor);
        // Tones are listened for only where digits cannot come otherwise: what sounds like one in a voice is no digit.
        if (stream.Negotiated?.TelephoneEventPayloadType is null || Agent.Options.DtmfMode == "inband")
            stream.DetectTones();
        if (Agent.Session.RecordingPrefix(Agent) is { } prefix)
            _recording = stream.Record(new CallRecorder(prefix, monitor.SampleRate));
        Agent.Session.Track(ReadDigitsAsync(stream));
        Volatile.Write(ref _monitor, monitor);
        _stream = stream;
        return true;
    }

    private async ValueTask<IAudioSource> OpenAsync(AudioSpec audio, CancellationToken cancel)
    {
        try
        {
            return await audio.OpenAsync(Agent.Session.Clips, cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (e is AudioFormatException or IOException or UnauthorizedAccessException)
        {
            // What is inside does not name the file a second time.
            throw AgentException.Of(Agent.Name, $"cannot play `{audio.Path}`: {(e.InnerException as AudioFormatException ?? e).Message}", e);
        }
    }

    private void Play(IAudioSource source)
    {
        if (_stream is not { } stream || _monitor is not { } monitor)
            return;
        var before = _playback;
        _playback = stream.Play(new MeteredSource(source, monitor.Sent), new PlaybackOptions { Muted = Muted });
        before?.Stop();
    }

    private void ApplyMute()
    {
        if (Muted)
            _playback?.Mute();
        else
            _playback?.Unmute();
    }

    private async Task ReadDigitsAsync(AudioStream stream)
    {
        await foreach (var digit in stream.Digits().ConfigureAwait(false))
        {
            lock (_digits)
            {
                if (_digits.Count == Agent.Session.Options.Limits.MaxDigits)
                    continue;
                _digits.Add(digit);
            }

            Agent.Session.Tell(new AgentHeardDigit(_time.GetUtcNow(), Agent.Name, digit.Symbol));
        }
    }
}
