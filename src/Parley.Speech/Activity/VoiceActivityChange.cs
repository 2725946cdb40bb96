namespace Parley.Speech.Activity;

/// <summary>What a <see cref="VoiceActivityDetector"/> reports.</summary>
public enum VoiceActivityKind
{
    /// <summary>Somebody speaks, since <see cref="VoiceActivityChange.Start"/>.</summary>
    SpeechStarted,

    /// <summary>Speech is over; it began at <see cref="VoiceActivityChange.Start"/> and lasted <see cref="VoiceActivityChange.Duration"/>.</summary>
    SpeechEnded,

    /// <summary>It has been silent since <see cref="VoiceActivityChange.Start"/>, for <see cref="VoiceActivityChange.Duration"/>.</summary>
    Silence,
}

/// <summary>A change between speech and silence. Times count from the first sample the detector was given.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="At">When it was noticed.</param>
/// <param name="Start">When what is reported began.</param>
/// <param name="Duration">How long it has lasted: the voice up to now at a start, all of it at an end, the silence at a silence.</param>
/// <param name="Confidence">Mean probability of voice over the speech, 0 to 1; 0 for silence.</param>
public readonly record struct VoiceActivityChange(VoiceActivityKind Kind, TimeSpan At, TimeSpan Start, TimeSpan Duration, double Confidence);
