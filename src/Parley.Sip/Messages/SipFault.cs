namespace Parley.Sip.Messages;

/// <summary>What is wrong with a message: the status and reason phrase that tell its sender, and where it was seen. The default value means nothing is wrong.</summary>
/// <param name="Status">Status code to answer a request with: 400, 413, 505, 513 (RFC 3261 §21.4, §21.5).</param>
/// <param name="Reason">One sentence, a constant of this library without bytes of the message in it: fit for a reason phrase.</param>
/// <param name="Offset">Byte offset into the message where the fault was seen.</param>
public readonly record struct SipFault(int Status, string Reason, int Offset)
{
    /// <summary>True when nothing is wrong.</summary>
    public bool IsNone => Status == 0;

    /// <summary>This fault, or the given one when there is none yet: the first one found is the one reported.</summary>
    internal SipFault Or(int status, string reason, int offset) => IsNone ? new SipFault(status, reason, offset) : this;

    /// <inheritdoc/>
    public override string ToString() => IsNone ? "none" : $"{Status} {Reason} (at byte {Offset})";
}
