using Parley.Sip.Messages;

namespace Parley.Testing.Agents;

/// <summary>A response to an INVITE of a call, first or later.</summary>
/// <param name="Status">101–699.</param>
/// <param name="Reason">Reason phrase.</param>
/// <param name="Time">When it was sent or received.</param>
/// <param name="Message">The whole of it.</param>
public sealed record CallResponse(int Status, string Reason, DateTimeOffset Time, SipMessage Message);

/// <summary>What became of a transfer an agent asked for.</summary>
/// <param name="Target">Where to.</param>
/// <param name="Status">The last that was reported; 100 while it goes on.</param>
/// <param name="Reason">Its phrase.</param>
public sealed record TransferStatus(string Target, int Status, string Reason)
{
    /// <summary>True when the other side has the new call.</summary>
    public bool IsSuccess => Status is >= 200 and < 300;
}
