using Parley.Sip.Messages;

namespace Parley.Sip.Transfers;

/// <summary>One report on a REFER: the status line of its sipfrag (RFC 3515 §2.4.5).</summary>
/// <param name="Status">100 to 699.</param>
/// <param name="Reason">Its reason phrase.</param>
public readonly record struct ReferProgress(int Status, string Reason);

/// <summary>What came of a REFER.</summary>
public enum ReferEndKind : byte
{
    /// <summary>A 2xx was reported: the peer has done what it was asked.</summary>
    Succeeded,

    /// <summary>The peer tried, and a final status from 300 up was reported.</summary>
    Failed,

    /// <summary>The REFER itself was refused, or never answered.</summary>
    Refused,

    /// <summary>It was accepted, and what came of it is not known: reports were not wanted, did not come, or ended before the last.</summary>
    Unreported,

    /// <summary>There was no last report in time.</summary>
    TimedOut,
}

/// <summary>The one end every REFER has.</summary>
/// <param name="Kind">What kind of end.</param>
/// <param name="Status">The last status reported; that of the response to the REFER where none was; 408 or 503 of our own making where that did not come either.</param>
/// <param name="Reason">Its reason phrase, or one sentence. Never empty.</param>
public readonly record struct ReferEnd(ReferEndKind Kind, int Status, string Reason)
{
    /// <summary>For a log line: <c>Failed: 486 Busy Here</c>.</summary>
    public override string ToString() => $"{Kind}: {Status} {Reason}";
}

/// <summary>Told what comes of a REFER of ours, on its lane. Must not block; messages are lent for the call.</summary>
public interface IReferHandler
{
    /// <summary>The peer has accepted the REFER; reports follow, unless none were wanted.</summary>
    void OnAccepted(OutgoingRefer refer, SipMessage response)
    {
    }

    /// <summary>A report came: 100 first, then what the peer's call has come to.</summary>
    void OnProgress(OutgoingRefer refer, ReferProgress progress)
    {
    }

    /// <summary>It is over. Called exactly once, and nothing is called after it.</summary>
    void OnEnded(OutgoingRefer refer, ReferEnd end);
}
