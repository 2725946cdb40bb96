using Parley.Contracts.Voice.Options;

namespace Parley.Server.Voice.Sessions;

/// <summary>What is known of a session's call. The session writes it and its parts read it, in its mailbox; lists of sessions look at it from elsewhere.</summary>
/// <param name="started">When the session began.</param>
internal sealed class SessionCall(DateTimeOffset started)
{
    /// <summary>What it is made of, with its secrets.</summary>
    public CallOption Option { get; set; } = new();

    /// <summary>What is recorded of it from its beginning; null for nothing.</summary>
    public RecorderOption? Recorder { get; set; }

    /// <summary>The call of SIP; null while there is none, and where the audio rides a socket.</summary>
    public Call? Sip { get; set; }

    public DateTimeOffset Started { get; } = started;

    public DateTimeOffset? Rang { get; set; }

    public DateTimeOffset? Answered { get; set; }

    /// <summary>Why it is ended from here, and whose doing that is; null while it is not. What comes first counts.</summary>
    public (string Reason, string Initiator)? Why { get; set; }

    /// <summary>Who calls, as far as that is known.</summary>
    public string? Caller => Sip?.From.Uri.ToString() ?? Option.Caller;

    /// <summary>Who is called, as far as that is known.</summary>
    public string? Callee => Sip?.To.Uri.ToString() ?? Option.Callee;
}
