using Parley.Sip.Invites;

namespace Parley;

/// <summary>Something was asked of a call that is over, or that ended while it was being done.</summary>
public sealed class CallEndedException : InvalidOperationException
{
    /// <summary>Creates it from the way the call ended.</summary>
    public CallEndedException(CallEnd end)
        : base($"The call is over: {end}") => End = end;

    /// <summary>How the call ended.</summary>
    public CallEnd End { get; }
}
