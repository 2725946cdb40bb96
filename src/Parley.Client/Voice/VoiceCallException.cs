namespace Parley.Client.Voice;

/// <summary>A call could not be made or accepted.</summary>
public sealed class VoiceCallException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="reason">Why, in the server's words.</param>
    /// <param name="code">Status of SIP; null when there is none.</param>
    public VoiceCallException(string reason, int? code = null)
        : base(code is { } status ? $"{status} {reason}" : reason) => (Reason, Code) = (reason, code);

    /// <summary>Why, in the server's words.</summary>
    public string Reason { get; }

    /// <summary>Status of SIP, e.g. 486; null when there is none.</summary>
    public int? Code { get; }
}
