namespace Parley.Media.Rtp;

/// <summary>A digit the other side pressed.</summary>
/// <param name="Symbol">0–9, *, #, A–D.</param>
/// <param name="Duration">How long it was held; zero when the way it travelled does not tell.</param>
/// <param name="Source">How it travelled.</param>
public readonly record struct DtmfDigit(char Symbol, TimeSpan Duration, DtmfSource Source);
