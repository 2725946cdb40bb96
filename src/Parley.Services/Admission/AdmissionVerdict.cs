using Parley.Services.Accounts;
using Parley.Sip.Authentication;
using Parley.Sip.Dialogs;
using Parley.Sip.Messages;
using Parley.Sip.Parsing;

namespace Parley.Services.Admission;

/// <summary>Whether a request may have what it asks for, and otherwise the refusal to send.</summary>
public readonly record struct AdmissionVerdict
{
    /// <summary>Who asks; null when refused, and when the source is trusted without an account.</summary>
    public Account? Account { get; init; }

    /// <summary>0 when allowed; else the status to answer with: 401, 407, or 500 when the accounts cannot be read.</summary>
    public int Status { get; init; }

    /// <summary>Header fields of that answer: the challenges, each read another nonce. Empty when there are none.</summary>
    public IReadOnlyList<SipHeader> Headers => Challenger?.Challenge(IsStale) ?? [];

    /// <summary>True when the request may go on.</summary>
    public bool IsAllowed => Status == 0;

    /// <summary>True when allowed because of where it came from and not because of who asks.</summary>
    public bool IsTrustedSource => Status == 0 && Account is null;

    internal DigestServer? Challenger { get; init; }

    internal bool IsStale { get; init; }

    /// <summary>Answers a request that is not allowed. On its lane.</summary>
    /// <exception cref="InvalidOperationException">The verdict allows it, or this is not its lane.</exception>
    public void Refuse(IncomingRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (IsAllowed)
            throw new InvalidOperationException("The request is allowed; there is nothing to refuse.");
        if (Challenger is { } challenger)
            request.RespondWith(Status, new Challenge(challenger, IsStale));
        else
            request.Respond(Status);
    }

    /// <summary>Writes the challenges, if any, into a response being written.</summary>
    public void WriteHeaders(ref SipWriter writer) => Challenger?.WriteChallenge(ref writer, IsStale);

    private sealed class Challenge(DigestServer challenger, bool isStale) : IHeaderWriter
    {
        public void WriteHeaders(ref SipWriter writer) => challenger.WriteChallenge(ref writer, isStale);
    }
}
