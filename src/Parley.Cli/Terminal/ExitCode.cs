namespace Parley.Cli.Terminal;

/// <summary>What the process ends with.</summary>
internal static class ExitCode
{
    /// <summary>It worked: answered, registered, somebody there.</summary>
    public const int Success = 0;

    /// <summary>It did not: refused, not reachable, a file or an address that cannot be used.</summary>
    public const int Failure = 1;

    /// <summary>It was asked for in a way that makes no sense.</summary>
    public const int Usage = 2;

    /// <summary>A mistake in the program; the number is that of sysexits.h.</summary>
    public const int Fault = 70;

    /// <summary>Ended by a second Ctrl-C: 128 and the signal's number, as shells count.</summary>
    public const int Interrupted = 130;
}
