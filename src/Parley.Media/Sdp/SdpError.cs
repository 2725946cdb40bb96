namespace Parley.Media.Sdp;

/// <summary>Why a description was refused.</summary>
/// <param name="Line">Line number counted from 1; 0 when the fault is in the whole (too large, nothing there, a line missing).</param>
/// <param name="Reason">What was wrong and what would have been right, fit for a log or a Warning header; never the peer's raw text.</param>
public sealed record SdpError(int Line, string Reason)
{
    /// <summary>Line and reason in one sentence.</summary>
    public override string ToString() => Line > 0 ? $"SDP line {Line}: {Reason}" : $"SDP: {Reason}";
}
