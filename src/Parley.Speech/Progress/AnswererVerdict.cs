namespace Parley.Speech.Progress;

/// <summary>Who answered.</summary>
public enum AnswererKind
{
    /// <summary>Nothing tells.</summary>
    Unknown,

    /// <summary>A person.</summary>
    Human,

    /// <summary>An answering machine or a voicemail box.</summary>
    Machine,
}

/// <summary>Why an answerer was taken for what he was, or what was heard of a machine afterwards.</summary>
public enum AnswererReason
{
    /// <summary>A short greeting and then silence: a person.</summary>
    ShortGreeting,

    /// <summary>A greeting longer than people's.</summary>
    LongGreeting,

    /// <summary>A beep. After a verdict: the machine records now.</summary>
    Beep,

    /// <summary>A machine fell silent without a beep: it may record now.</summary>
    GreetingEnded,

    /// <summary>Nobody said anything.</summary>
    InitialSilence,

    /// <summary>The time was over.</summary>
    Timeout,
}

/// <summary>What <see cref="AnsweringMachineDetector"/> tells. Times count from the first sample.</summary>
/// <param name="Kind">Who answered.</param>
/// <param name="Reason">Why, or what happened.</param>
/// <param name="At">When.</param>
/// <param name="GreetingStart">When the greeting began; equal to <paramref name="At"/> without one.</param>
/// <param name="GreetingEnd">When its last word known so far ended.</param>
/// <param name="Words">Stretches of voice in it.</param>
/// <param name="MessageMayBegin">Whether a message for the machine may begin: it has beeped or fallen silent.</param>
public readonly record struct AnswererVerdict(
    AnswererKind Kind, AnswererReason Reason, TimeSpan At, TimeSpan GreetingStart, TimeSpan GreetingEnd, int Words, bool MessageMayBegin);
