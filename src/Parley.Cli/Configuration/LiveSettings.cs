namespace Parley.Cli.Configuration;

/// <summary>The settings that count at this moment; exchanged as a whole when the file has changed. Whoever needs several of them takes <see cref="Current"/> once.</summary>
internal sealed class LiveSettings(PhoneSettings first)
{
    private volatile PhoneSettings _current = first;

    public PhoneSettings Current => _current;

    public void Exchange(PhoneSettings next) => _current = next;
}
