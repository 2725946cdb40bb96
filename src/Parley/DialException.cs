using Parley.Sip.Invites;
using Parley.Sip.Messages;

namespace Parley;

/// <summary>A call that was dialled and not answered: busy, declined, nobody there, no way to reach it.</summary>
public sealed class DialException : Exception
{
    /// <summary>Creates it from the way the call ended.</summary>
    public DialException(CallEnd end, SipMessage? response)
        : base(end.ToString())
    {
        End = end;
        Response = response;
    }

    /// <summary>How the call ended.</summary>
    public CallEnd End { get; }

    /// <summary>Status of the final response, e.g. 486; 408 when nobody responded and 503 when no target could be reached (RFC 3261 §8.1.3.1).</summary>
    public int Status => End.Status;

    /// <summary>Reason phrase of the final response, or what went wrong on our side.</summary>
    public string Reason => End.Reason;

    /// <summary>The final response, null when there was none.</summary>
    public SipMessage? Response { get; }
}
