using Parley.Contracts.Voice.Events;

namespace Parley.Client.Voice;

/// <summary>How a session ended.</summary>
/// <param name="Reason">Why, in the server's words; what happened to the connection where the server said nothing.</param>
/// <param name="Code">Status of SIP that says it best; null where there is none.</param>
/// <param name="Last">The event that ended it: a <see cref="HangupEvent"/> or a <see cref="RejectEvent"/>; null when no call was made, or the connection was lost before.</param>
public sealed record VoiceEnd(string Reason, int? Code, VoiceEvent? Last)
{
    internal static VoiceEnd Of(VoiceEvent last) => last switch
    {
        HangupEvent hangup => new(hangup.Reason ?? "", hangup.Code, last),
        RejectEvent reject => new(reject.Reason ?? "Rejected", reject.Code, last),
        _ => throw new ArgumentException($"{last.Event} ends no call.", nameof(last)),
    };
}
