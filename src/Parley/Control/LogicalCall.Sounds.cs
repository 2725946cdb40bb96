using Parley.Media.Playback;
using Parley.Sip.Invites;

namespace Parley.Control;

// What keeps the parties apart, and what they hear then.
public sealed partial class LogicalCall
{
    private readonly HashSet<CallLeg> _held = [];
    private readonly HashSet<CallLeg> _holding = [];
    private readonly List<CallSound> _sounds = [];
    private readonly Dictionary<CallLeg, AudioPlayback> _music = [];
    private readonly Dictionary<CallLeg, IDisposable> _digits = [];
    private CallRecording? _recording;
    private CallLeg? _recorded;
    private IDisposable? _recordingPlace;

    /// <summary>Says what becomes of a hold that has begun, or ended.</summary>
    internal void TellHold(CallLeg leg, bool held)
    {
        SetApart(_held, leg, held);
        lock (_gate)
        {
            if (SideOfHere(leg) is { } side)
                Publish(held ? CallEventKind.Held : CallEventKind.Unheld, side);
        }
    }

    /// <summary>A place for something that is to be played to a party; null when there are too many, or the call is over.</summary>
    internal CallSound? TryAddSound(CallLeg leg)
    {
        var sound = new CallSound(leg);
        lock (_gate)
        {
            if (SideOfHere(leg) is null || _sounds.Count >= _directory.Limits.MaxSoundsPerCall)
                return null;
            _sounds.Add(sound);
        }

        Audio.Part();
        UpdateMusic();
        return sound;
    }

    /// <summary>It is over, whoever stopped it.</summary>
    internal void Remove(CallSound sound)
    {
        lock (_gate)
            _sounds.Remove(sound);
        Audio.Rejoin();
        UpdateMusic();
    }

    /// <summary>Stops what is played to a party, or to both.</summary>
    /// <returns>How many there were.</returns>
    internal int StopSounds(CallLeg? leg = null)
    {
        List<CallSound> sounds;
        lock (_gate)
            sounds = [.. _sounds.Where(sound => leg is null || ReferenceEquals(sound.Leg, leg))];
        foreach (var sound in sounds)
            sound.Stop();
        return sounds.Count;
    }

    /// <summary>Records the call from now on.</summary>
    /// <param name="place">The file, and what is given back when it is closed, or cannot be begun.</param>
    /// <returns>False when the call is being recorded, is over, or no party has audio here.</returns>
    /// <exception cref="IOException">The file cannot be created.</exception>
    internal bool TryRecord(RecordingPlace place)
    {
        CallLeg leg;
        lock (_gate)
        {
            if (_recorded is not null || _stage == CallStage.Ended || (_caller?.Call is { HasAudio: true } ? _caller : _callee) is not { Call.HasAudio: true } party)
            {
                place.Dispose();
                return false;
            }

            _recorded = leg = party;
        }

        CallRecording recording;
        try
        {
            recording = leg.Call!.Record(place.File); // the disk may take its time: not under the gate, which lanes take
        }
        catch
        {
            place.Dispose();
            lock (_gate)
                _recorded = null;
            throw;
        }

        lock (_gate)
        {
            if (_stage != CallStage.Ended && ReferenceEquals(_recorded, leg))
            {
                (_recording, _recordingPlace) = (recording, place);
                return true;
            }
        }

        _ = recording.DisposeAsync().AsTask();
        place.Dispose();
        return false;
    }

    /// <summary>Closes the recording that runs.</summary>
    /// <returns>Its file; null when there was none.</returns>
    internal async Task<string?> StopRecordingAsync()
    {
        CallRecording? recording;
        IDisposable? place;
        lock (_gate)
        {
            (recording, _recording) = (_recording, null);
            (place, _recordingPlace) = (_recordingPlace, null);
            _recorded = null;
        }

        if (recording is null)
            return null;
        try
        {
            await recording.DisposeAsync().ConfigureAwait(false);
            return recording.File;
        }
        finally
        {
            place?.Dispose();
        }
    }

    // A party that may be held is to be talked to now.
    private async Task ResumeAsync(CallLeg? leg)
    {
        if (leg is { IsHeld: true } && await leg.ResumeAsync(Over).ConfigureAwait(false) is null)
            TellHold(leg, held: false);
    }

    // What was there because of a party that is gone.
    private void Settle(CallLeg? gone)
    {
        if (gone is not null)
        {
            StopSounds(gone);
            SetApart(_held, gone, false);
            SetApart(_holding, gone, false);
            IDisposable? digits;
            bool recorded;
            lock (_gate)
            {
                _digits.Remove(gone, out digits);
                recorded = ReferenceEquals(gone, _recorded);
            }

            digits?.Dispose();
            if (recorded)
                _ = CloseRecordingAsync();
        }

        UpdateMusic();
    }

    private async Task CloseRecordingAsync()
    {
        try
        {
            await StopRecordingAsync().ConfigureAwait(false);
        }
        catch (IOException e)
        {
            Parley.Log.CallbackFailed(_directory.Logger, Id, e);
        }
    }

    private void SetApart(HashSet<CallLeg> reasons, CallLeg leg, bool apart)
    {
        bool changed;
        lock (_gate)
            changed = apart ? reasons.Add(leg) : reasons.Remove(leg);
        if (!changed)
            return;
        if (apart)
            Audio.Part();
        else
            Audio.Rejoin();
        UpdateMusic();
    }

    private void StopDigits()
    {
        List<IDisposable> watching;
        lock (_gate)
        {
            watching = [.. _digits.Values];
            _digits.Clear();
        }

        foreach (var one in watching)
            one.Dispose();
    }

    private void WatchDigits(CallLeg leg, Call call)
    {
        lock (_gate)
        {
            if (SideOfHere(leg) is null || _digits.ContainsKey(leg) || !call.HasAudio)
                return;
            _digits[leg] = call.AudioSession.Stream!.WatchDigits(digit =>
            {
                lock (_gate)
                {
                    if (SideOfHere(leg) is { } side)
                        Publish(CallEventKind.Digit, side, digit.Symbol);
                }
            });
        }
    }

    private void UpdateMusic()
    {
        if (!_directory.HasMusic)
            return;
        foreach (var leg in PartiesAndLeftOvers())
            _ = UpdateMusicAsync(leg);
    }

    private List<CallLeg> PartiesAndLeftOvers()
    {
        lock (_gate)
            return [.. new[] { _caller, _callee }.OfType<CallLeg>().Union(_music.Keys)];
    }

    private async Task UpdateMusicAsync(CallLeg leg)
    {
        try
        {
            if (!Wants(leg))
            {
                AudioPlayback? playing;
                lock (_gate)
                    _music.Remove(leg, out playing);
                playing?.Stop();
                return;
            }

            var source = await _directory.OpenMusicAsync(leg.Call!, Over).ConfigureAwait(false);
            lock (_gate)
            {
                if (Wants(leg) && !_music.ContainsKey(leg))
                    _music[leg] = leg.Call!.StartPlayback(source);
            }
        }
        catch (Exception e) when (e is CallEndedException or CallMediaException or OperationCanceledException)
        {
            // Nobody is left to hear it.
        }
        catch (IOException e)
        {
            _directory.Tell($"hold music: {e.Message}");
        }
    }

    private bool Wants(CallLeg leg)
    {
        lock (_gate)
        {
            return SideOfHere(leg) is not null && leg is { HoldsUs: false, Call.HasAudio: true } && _held.Count + _holding.Count > 0
                && !_sounds.Any(sound => ReferenceEquals(sound.Leg, leg));
        }
    }
}

/// <summary>Something that is played to a party by a command.</summary>
internal sealed class CallSound(CallLeg leg)
{
    private readonly Lock _gate = new();
    private AudioPlayback? _playing;
    private bool _stopped;

    public CallLeg Leg => leg;

    /// <summary>True once it is to be stopped.</summary>
    public bool IsStopped
    {
        get
        {
            lock (_gate)
                return _stopped;
        }
    }

    /// <summary>One round of it begins.</summary>
    public void Plays(AudioPlayback playback)
    {
        lock (_gate)
        {
            _playing = playback;
            if (!_stopped)
                return;
        }

        playback.Stop();
    }

    public void Stop()
    {
        AudioPlayback? playing;
        lock (_gate)
        {
            _stopped = true;
            playing = _playing;
        }

        playing?.Stop();
    }
}
