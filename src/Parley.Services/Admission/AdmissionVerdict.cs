using Parley.Services.Accounts;
using Parley.Sip.Messages;

namespace Parley.Services.Admission;

/// <summary>Whether a request may have what it asks for, and otherwise the refusal to send.</summary>
public readonly record struct AdmissionVerdict
{
    /// <summary>Who asks; null when refused, and when the source is trusted without an account.</summary>
    public Account? Account { get; init; }

    /// <summary>0 when allowed; else the status to answer with: 401, 407, 403, or 500 when the accounts cannot be read.</summary>
    public int Status { get; init; }

    /// <summary>Header fields of that answer, the challenges among them. Empty when allowed.</summary>
    public IReadOnlyList<SipHeader> Headers { get; init; }

    /// <summary>True when the request may go on.</summary>
    public bool IsAllowed => Status == 0;

    /// <summary>True when allowed because it came from a trusted address and not because of who asks.</summary>
    public bool IsTrustedSource => Status == 0 && Account is null;
}
