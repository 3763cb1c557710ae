os.execute("touch escaped")
