namespace Parley.Contracts.Commands;

/// <summary>Parameters of <c>CallEnd</c>: both parties are hung up.</summary>
public sealed record CallEndParameters : CallParameters;
