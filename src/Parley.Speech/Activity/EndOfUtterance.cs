namespace Parley.Speech.Activity;

/// <summary>
/// Decides when somebody has finished, from pauses and, where there are some, words. It knows no clock: whoever owns it tells it the stream's time. Used by one
/// thread at a time.
/// </summary>
public sealed class EndOfUtterance
{
    private readonly EndOfUtteranceOptions _options;
    private readonly bool _expectsText;
    private bool _open;
    private bool _speaking;
    private TimeSpan _silentSince;
    private string _text = "";
    private TextCompleteness _completeness; // of _text: asked for every 20 ms, judged when it changes

    /// <summary>Makes a detector for one stream.</summary>
    /// <param name="options">Its pauses; null for the defaults.</param>
    /// <param name="expectsText">Whether a recogniser tells what is said, whose words are worth waiting for.</param>
    /// <exception cref="ArgumentException">An option cannot be.</exception>
    public EndOfUtterance(EndOfUtteranceOptions? options = null, bool expectsText = false)
    {
        _options = options ?? new();
        _options.Validate();
        _expectsText = expectsText;
    }

    /// <summary>What has been recognised of the utterance.</summary>
    public string Text => _text;

    /// <summary>Takes what the voice activity detector reports.</summary>
    /// <param name="change">The change; silence is ignored.</param>
    public void Heard(in VoiceActivityChange change)
    {
        if (change.Kind == VoiceActivityKind.Silence) return;
        _speaking = change.Kind == VoiceActivityKind.SpeechStarted;
        _open = true;
        if (!_speaking) _silentSince = change.Start + change.Duration;
    }

    /// <summary>Takes the words recognised since the last end, all of them each time.</summary>
    /// <param name="text">The words.</param>
    /// <param name="at">The stream's time.</param>
    public void Recognised(string text, TimeSpan at)
    {
        ArgumentNullException.ThrowIfNull(text);
        _text = text;
        _completeness = Completeness.Of(text);
        if (_open || text.Length == 0) return;
        _open = true; // words from somebody the voice detector did not hear
        _silentSince = at;
    }

    /// <summary>Asks whether the utterance is over; begins the next one if so.</summary>
    /// <param name="at">The stream's time.</param>
    /// <param name="complete">Whether it sounds finished; false when the words lead on to something that did not come.</param>
    /// <param name="text">Its words.</param>
    public bool TryEnd(TimeSpan at, out bool complete, out string text)
    {
        (complete, text) = (false, "");
        if (!_open || _speaking) return false;
        var pause = _completeness switch
        {
            _ when _expectsText && _text.Length == 0 => _options.TextTimeout > _options.Pause ? _options.TextTimeout : _options.Pause,
            TextCompleteness.Complete => _options.CompletePause,
            TextCompleteness.Incomplete => _options.IncompletePause,
            _ => _options.Pause,
        };
        if (at - _silentSince < pause) return false;
        complete = _completeness != TextCompleteness.Incomplete;
        text = _text;
        _open = false;
        _text = "";
        _completeness = TextCompleteness.Unknown;
        return true;
    }
}
