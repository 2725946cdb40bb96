using Parley.Speech.Progress;

namespace Parley.Server.Voice.Sessions;

/// <summary>Tones of the network by the names and numbers programs know them by.</summary>
internal static class RingbackStates
{
    public static (string Name, int Index) Of(CallProgressKind kind) => kind switch
    {
        CallProgressKind.Busy => ("busy_tone", 1),
        CallProgressKind.Congestion => ("fast_busy", 2),
        CallProgressKind.Ringback => ("ringing", 3),
        CallProgressKind.SpecialInformation => ("out_of_service", 5),
        _ => ("other", 11),
    };
}
