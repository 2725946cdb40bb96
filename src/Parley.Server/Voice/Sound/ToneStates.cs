using Parley.Contracts.Voice.Events;
using Parley.Contracts.Voice.Options;
using Parley.Speech.Progress;

namespace Parley.Server.Voice.Sound;

/// <summary>The network's tones as <c>ringbackState</c> events: named and numbered as programs know them, each with the one before.</summary>
internal sealed class ToneStates(RingbackDetectionOption option)
{
    private readonly TimeSpan _least = TimeSpan.FromSeconds(Math.Clamp(option.MinBufferSecs ?? 0, 0, 60));
    private string? _previous;

    /// <summary>The event of a tone; null when it is not to be told.</summary>
    public RingbackStateEvent? Of(CallProgressTone tone)
    {
        var (state, index) = StateOf(tone.Kind);
        if (tone.At < _least || (option.OnStateChangeOnly != false && state == _previous))
            return null;
        var happened = new RingbackStateEvent
        {
            State = state,
            StateIndex = index,
            Confidence = 1, // the rules of frequency and rhythm fit, or nothing is told
            PrevState = _previous,
            PrevConfidence = _previous is null ? null : 1,
            IsFinal = tone.Kind is CallProgressKind.Busy or CallProgressKind.Congestion or CallProgressKind.SpecialInformation,
        };
        _previous = state;
        return happened;
    }

    private static (string State, int Index) StateOf(CallProgressKind kind) => kind switch
    {
        CallProgressKind.Busy => ("busy_tone", 1),
        CallProgressKind.Congestion => ("fast_busy", 2),
        CallProgressKind.Ringback => ("ringing", 3),
        CallProgressKind.SpecialInformation => ("out_of_service", 5),
        _ => ("other", 11),
    };
}
