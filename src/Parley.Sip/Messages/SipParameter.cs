namespace Parley.Sip.Messages;

/// <summary>A parameter of a URI or header field, or a header of a URI.</summary>
/// <param name="Name">Its name; compared without regard to case.</param>
/// <param name="Value">Its value as written: escapes and quotes not resolved; null when it has none.</param>
public readonly record struct SipParameter(string Name, string? Value);
