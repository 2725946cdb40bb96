namespace Parley.Client.Voice;

/// <summary>A call could not be made or accepted, or was over before what was waited for.</summary>
public sealed class VoiceCallException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="reason">Why, in the server's words.</param>
    /// <param name="code">Status of SIP; null when there is none.</param>
    /// <param name="cause">What is behind it; null for nothing.</param>
    public VoiceCallException(string reason, int? code = null, Exception? cause = null)
        : base(code is { } status ? $"{status} {reason}" : reason, cause) => (Reason, Code) = (reason, code);

    /// <summary>Why, in the server's words.</summary>
    public string Reason { get; }

    /// <summary>Status of SIP, e.g. 486; of HTTP where the connection was refused; null when there is none.</summary>
    public int? Code { get; }
}
