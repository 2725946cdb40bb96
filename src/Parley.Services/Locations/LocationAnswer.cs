namespace Parley.Services.Locations;

/// <summary>What a request-URI led to.</summary>
public enum LocationOutcome : byte
{
    /// <summary>The domain is not served here: the request is for somebody else.</summary>
    NotServed,

    /// <summary>No such user, or a temporary GRUU that is no longer valid: 404.</summary>
    Unknown,

    /// <summary>The user exists and is nowhere now: 480.</summary>
    Offline,

    /// <summary>There are bindings.</summary>
    Found,
}

/// <summary>What a request-URI led to: whom it means, and the bindings to send to.</summary>
/// <param name="Outcome">What was found.</param>
/// <param name="Address">Who is meant; no value for <see cref="LocationOutcome.NotServed"/> and an unreadable GRUU.</param>
/// <param name="Bindings">Where to send, best first; empty unless found. For a GRUU those of its device only.</param>
public readonly record struct LocationAnswer(LocationOutcome Outcome, AddressOfRecord Address, IReadOnlyList<Binding> Bindings)
{
    /// <summary>The device a GRUU stands for; null for an address of record.</summary>
    public string? Instance { get; init; }
}
