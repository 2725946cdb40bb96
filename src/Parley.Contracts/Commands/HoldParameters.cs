using System.ComponentModel;

namespace Parley.Contracts.Commands;

/// <summary>Parameters of <c>CallHold</c>.</summary>
public sealed record CallHoldParameters : CallParameters
{
    /// <summary>Who is put on hold; null for both.</summary>
    [Description("Which party to put on hold. Default: both.")]
    public CallLeg? Leg { get; init; }
}

/// <summary>Parameters of <c>CallUnHold</c>.</summary>
public sealed record CallUnHoldParameters : CallParameters
{
    /// <summary>Who is taken off hold; null for whoever is on hold.</summary>
    [Description("Which party to take off hold. Default: whoever is on hold.")]
    public CallLeg? Leg { get; init; }
}
